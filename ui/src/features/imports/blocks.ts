// Rows of an import by blocks of 200, the last 20 blocks kept: enough to scroll, little to hold.
import { useCallback, useEffect, useRef, useState } from "react";
import type { ImportRowView } from "../../api.gen";
import { call } from "../../shared/call";

export const BLOCK = 200;
const KEPT = 20;

type Store = { generation: string; blocks: Map<number, ImportRowView[]>; asked: Set<number> };

export function useBlocks(importId: string, onlyProblems: boolean, stamp: number) {
  const generation = `${importId}/${onlyProblems}/${stamp}`;
  const store = useRef<Store>({ generation, blocks: new Map(), asked: new Set() });
  const [total, setTotal] = useState<number | null>(null);
  const [error, setError] = useState<unknown>(null);
  const [, redraw] = useState(0);

  const load = useCallback(
    (block: number): void => {
      const s = store.current;
      if (s.blocks.has(block) || s.asked.has(block)) return;
      s.asked.add(block);
      call("import.rows", { importId, start: block * BLOCK, limit: BLOCK, onlyProblems }).then(
        // oxlint-disable-next-line promise/always-return
        (res) => {
          // An answer for the filter before comes too late.
          if (store.current !== s) return;
          s.asked.delete(block);
          s.blocks.set(block, res.rows);
          for (const old of s.blocks.keys()) {
            if (s.blocks.size <= KEPT) break;
            s.blocks.delete(old);
          }
          setTotal(res.total);
          setError(null);
          redraw((n) => n + 1);
        },
        (thrown: unknown) => {
          if (store.current !== s) return;
          s.asked.delete(block);
          setError(thrown);
        },
      );
    },
    [importId, onlyProblems],
  );

  useEffect(() => {
    store.current = { generation, blocks: new Map(), asked: new Set() };
    setTotal(null);
    load(0);
  }, [generation, load]);

  const row = useCallback((index: number): ImportRowView | undefined => {
    const block = Math.floor(index / BLOCK);
    return store.current.blocks.get(block)?.[index - block * BLOCK];
  }, []);

  const want = useCallback(
    (from: number, to: number) => {
      for (let block = Math.floor(from / BLOCK); block <= Math.floor(to / BLOCK); block++) load(block);
    },
    [load],
  );

  return { total, row, want, error, retry: () => load(0) };
}
