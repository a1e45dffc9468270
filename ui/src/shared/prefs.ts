// How this person likes the window; kept on this PC, without personal data.
import { useSyncExternalStore } from "react";

/** A filter of the order list that was given a name; ids and choices only, never what was typed to search. */
export type SavedFilter = { name: string; params: Record<string, string> };
export type Prefs = { size: 14 | 16 | 18; mode: "auto" | "light" | "dark"; dense: boolean; folded?: boolean; orderFilters?: SavedFilter[] };
const KEY = "ekatong.prefs";
const DEFAULTS: Prefs = { size: 14, mode: "auto", dense: false };

function load(): Prefs {
  try {
    return { ...DEFAULTS, ...(JSON.parse(localStorage.getItem(KEY) ?? "{}") as Partial<Prefs>) };
  } catch {
    return DEFAULTS;
  }
}

let prefs = load();
const listeners = new Set<() => void>();

export function setPrefs(change: Partial<Prefs>): void {
  prefs = { ...prefs, ...change };
  try {
    localStorage.setItem(KEY, JSON.stringify(prefs));
  } catch {
    // Storage may be switched off; the choice then lasts until the window closes.
  }
  for (const listener of listeners) listener();
}

export function usePrefs(): Prefs {
  return useSyncExternalStore(
    (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    () => prefs,
  );
}

const narrow = typeof window.matchMedia === "function" ? window.matchMedia("(max-width: 1180px)") : null;

/** The menu gives its room to the tables on small screens, unless the person wants it otherwise. */
export function useFolded(): boolean {
  const { folded } = usePrefs();
  const small = useSyncExternalStore(
    (listener) => {
      narrow?.addEventListener("change", listener);
      return () => narrow?.removeEventListener("change", listener);
    },
    () => narrow?.matches ?? false,
  );
  return folded ?? small;
}
