// Long work, shown in the top bar; it goes on when the page changes.
import { useSyncExternalStore } from "react";
import { newKey, type OpName, type Req, type Res } from "../platform";
import { call } from "./call";

export type Job = { key: string; label: string; done: number; total: number; startedAt: number; cancel: () => void };

let jobs: readonly Job[] = [];
const listeners = new Set<() => void>();

function publish(next: readonly Job[]): void {
  jobs = next;
  for (const listener of listeners) listener();
}

export function useJobs(): readonly Job[] {
  return useSyncExternalStore(
    (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    () => jobs,
  );
}

/** Runs an operation as a job with a bar and a cancel button. */
export async function runJob<K extends OpName>(op: K, req: Req<K>, label: string): Promise<Res<K>> {
  const key = newKey();
  const abort = new AbortController();
  publish([...jobs, { key, label, done: 0, total: 0, startedAt: Date.now(), cancel: () => abort.abort() }]);
  try {
    return await call(op, req, {
      key,
      signal: abort.signal,
      onProgress: ({ done, total }) => publish(jobs.map((j) => (j.key === key ? { ...j, done, total } : j))),
    });
  } finally {
    publish(jobs.filter((j) => j.key !== key));
  }
}
