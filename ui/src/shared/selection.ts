// What is chosen in a list: some rows, or everything that its filter lets through.
import { useState } from "react";
import type { Selection } from "./components/data-table";

/** `filter` is what the list was asked for, `items` what of it is loaded. */
export function useSelection<T extends { id: string }>(filter: unknown, items: readonly T[]) {
  const [chosen, setChosen] = useState<ReadonlySet<string>>(new Set());
  const [all, setAll] = useState(false);
  const clear = () => {
    setChosen(new Set());
    setAll(false);
  };
  // Another filter means another selection: what is no longer listed must not be acted upon.
  const stamp = JSON.stringify(filter);
  const [seen, setSeen] = useState(stamp);
  if (seen !== stamp) {
    setSeen(stamp);
    clear();
  }
  const selection: Selection = {
    keys: all ? new Set(items.map((item) => item.id)) : chosen,
    onChange: (keys) => {
      setAll(false);
      setChosen(keys);
    },
  };
  return { picked: items.filter((item) => chosen.has(item.id)), all, chooseAll: () => setAll(true), clear, selection };
}
