// Pages live in the address hash: #/orders?range=today&d=320508. Ids and choices only, never free text.
import { useCallback, useMemo, useSyncExternalStore } from "react";

export type Params = Record<string, string | undefined>;

function subscribe(listener: () => void): () => void {
  window.addEventListener("hashchange", listener);
  return () => window.removeEventListener("hashchange", listener);
}

function read(): string {
  return window.location.hash.replace(/^#/, "") || "/";
}

function split(hash: string): { path: string; params: URLSearchParams } {
  const at = hash.indexOf("?");
  return at < 0
    ? { path: hash, params: new URLSearchParams() }
    : { path: hash.slice(0, at), params: new URLSearchParams(hash.slice(at + 1)) };
}

/** The scope goes with the person from page to page; other filters stay with their page. */
const CARRIED = ["d", "s"] as const;

export function href(path: string, params: Params = {}): string {
  const now = split(read()).params;
  const next = new URLSearchParams();
  for (const key of CARRIED) {
    const value = key in params ? params[key] : (now.get(key) ?? undefined);
    if (value) next.set(key, value);
  }
  for (const [key, value] of Object.entries(params)) {
    if (value && !(CARRIED as readonly string[]).includes(key)) next.set(key, value);
  }
  const query = next.toString();
  return `#${path}${query ? `?${query}` : ""}`;
}

export function go(path: string, params?: Params): void {
  const to = href(path, params);
  if (!held(to)) window.location.hash = to;
}

/** Asks before a page is left; `leave` goes on. */
type Guard = (leave: () => void) => void;
let guard: Guard | null = null;

/** Whoever has unsaved input is asked before any way to another page; null when there is none any more. */
export function setLeaveGuard(next: Guard | null): void {
  guard = next;
}

/** True when the way to an address waits for the person's answer. */
function held(to: string): boolean {
  if (!guard || split(to.replace(/^#/, "") || "/").path === split(read()).path) return false;
  guard(() => {
    guard = null;
    window.location.hash = to;
  });
  return true;
}

window.addEventListener(
  "click",
  (e) => {
    const link = e.target instanceof Element ? e.target.closest('a[href^="#/"]') : null;
    if (link && held(link.getAttribute("href") ?? "")) e.preventDefault();
  },
  true,
);
// Back and a typed address have changed the hash already: it is put back before any page hears of it.
const hashOf = (url: string) => new URL(url).hash;
window.addEventListener("hashchange", (e) => {
  if (!guard || !e.oldURL || !e.newURL || split(hashOf(e.oldURL).slice(1)).path === split(hashOf(e.newURL).slice(1)).path) return;
  e.stopImmediatePropagation();
  window.history.replaceState(null, "", hashOf(e.oldURL) || "#/");
  held(hashOf(e.newURL));
});

export function useRoute(): { path: string; params: URLSearchParams } {
  const hash = useSyncExternalStore(subscribe, read);
  return useMemo(() => split(hash), [hash]);
}

/** Reads the page's parameters and changes some of them; a change replaces the entry, so Back leaves the page. */
export function useParams(): [URLSearchParams, (change: Params) => void] {
  const { path, params } = useRoute();
  const change = useCallback(
    (next: Params) => {
      const merged = new URLSearchParams(split(read()).params);
      for (const [key, value] of Object.entries(next)) {
        if (value) merged.set(key, value);
        else merged.delete(key);
      }
      const query = merged.toString();
      window.history.replaceState(null, "", `#${path}${query ? `?${query}` : ""}`);
      window.dispatchEvent(new HashChangeEvent("hashchange"));
    },
    [path],
  );
  return [params, change];
}
