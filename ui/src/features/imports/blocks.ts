// Rows of an import by blocks of 200, the last 20 blocks kept: enough to scroll, little to hold.
import { useEffect, useMemo, useRef, useSyncExternalStore } from "react";
import type { ImportRowView } from "../../api.gen";
import { call } from "../../shared/call";

export const BLOCK = 200;
const KEPT = 20;

/** Rows from a place on, and how many there are in all. */
export type Rows = { total: number; rows: ImportRowView[] };
export type Loader = (start: number, limit: number) => Promise<Rows>;
type Block = { rows: ImportRowView[]; fresh: boolean };

/** What is known of the rows. After a change the old rows stay in view until the new ones are there. */
export class Blocks {
  /** Rows of the whole filter; null before the first answer. */
  total: number | null = null;
  error: unknown = null;
  private generation = 0;
  private blocks = new Map<number, Block>();
  private asked = new Set<number>();
  private wanted: [number, number] = [0, 0];
  private version = 0;
  private listeners = new Set<() => void>();
  private readonly load: Loader;

  /** `first` is the first block, when it is known already. */
  constructor(load: Loader, first?: Rows) {
    this.load = load;
    if (!first) return;
    this.total = first.total;
    this.blocks.set(0, { rows: first.rows, fresh: true });
  }

  readonly subscribe = (listener: () => void): (() => void) => {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  };
  readonly snapshot = (): number => this.version;

  readonly row = (index: number): ImportRowView | undefined => this.blocks.get(Math.floor(index / BLOCK))?.rows[index % BLOCK];

  /** Where a row (as Excel shows it) stands among those that are kept. */
  indexOf(row: number): number | undefined {
    for (const [number, block] of this.blocks) {
      const at = block.rows.findIndex((r) => r.row === row);
      if (at >= 0) return number * BLOCK + at;
    }
    return undefined;
  }

  /** True when everything in view is as it is now. */
  get fresh(): boolean {
    for (let n = this.wanted[0]; n <= this.wanted[1]; n++) if (!this.blocks.get(n)?.fresh && this.exists(n)) return false;
    return true;
  }

  private exists(block: number): boolean {
    return this.total === null || block * BLOCK < this.total;
  }

  /** Asks for the rows in view. */
  readonly want = (from: number, to: number): void => {
    this.wanted = [Math.floor(Math.max(0, from) / BLOCK), Math.floor(Math.max(0, to) / BLOCK)];
    for (let n = this.wanted[0]; n <= this.wanted[1]; n++) this.ask(n);
  };

  /** Everything may have changed: what is in view is read again, the rest is forgotten. */
  refresh(): void {
    this.generation++;
    this.asked.clear();
    for (const [n, block] of this.blocks) {
      if (n < this.wanted[0] || n > this.wanted[1]) this.blocks.delete(n);
      else block.fresh = false;
    }
    for (let n = this.wanted[0]; n <= this.wanted[1]; n++) this.ask(n);
  }

  /** Shows rows that an answer brought along, before their blocks are read again. */
  patch(rows: readonly ImportRowView[]): void {
    const byRow = new Map(rows.map((r) => [r.row, r]));
    for (const block of this.blocks.values()) {
      block.rows = block.rows.map((old) => {
        const now = byRow.get(old.row);
        return now ? { ...now, index: old.index } : old;
      });
    }
    this.publish();
  }

  private ask(n: number): void {
    if (this.asked.has(n) || this.blocks.get(n)?.fresh || !this.exists(n)) return;
    this.asked.add(n);
    const { generation } = this;
    this.load(n * BLOCK, BLOCK).then(
      (res) => {
        // An answer from before a change comes too late.
        if (this.generation !== generation) return undefined;
        this.asked.delete(n);
        this.blocks.delete(n);
        this.blocks.set(n, { rows: res.rows, fresh: true });
        for (const old of this.blocks.keys()) {
          if (this.blocks.size <= KEPT) break;
          if (old < this.wanted[0] || old > this.wanted[1]) this.blocks.delete(old);
        }
        this.total = res.total;
        this.error = null;
        // Rows that fell out of the filter may have left the view behind the last one.
        const last = Math.max(0, Math.ceil(res.total / BLOCK) - 1);
        if (this.wanted[0] > last) this.want(last * BLOCK, last * BLOCK);
        this.publish();
        return undefined;
      },
      (thrown: unknown) => {
        if (this.generation !== generation) return;
        this.asked.delete(n);
        this.error = thrown;
        this.publish();
      },
    );
  }

  private publish(): void {
    this.version++;
    for (const listener of this.listeners) listener();
  }
}

/** The rows of one filter; `first` gives those that were brought along, and `stamp` changes when they may have changed. */
export function useBlocks(importId: string, onlyProblems: boolean, stamp: unknown, first: (importId: string) => Rows | undefined): Blocks {
  const blocks = useMemo(
    () => new Blocks((start, limit) => call("import.rows", { importId, start, limit, ...(onlyProblems ? { onlyProblems } : {}) }), onlyProblems ? undefined : first(importId)),
    [importId, onlyProblems, first],
  );
  useSyncExternalStore(blocks.subscribe, blocks.snapshot);
  const seen = useRef<{ blocks: Blocks; stamp: unknown } | null>(null);
  useEffect(() => {
    if (seen.current?.blocks !== blocks) blocks.want(0, 0);
    else if (seen.current.stamp !== stamp) blocks.refresh();
    seen.current = { blocks, stamp };
  }, [blocks, stamp]);
  return blocks;
}
