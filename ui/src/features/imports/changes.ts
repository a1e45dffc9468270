// Corrections of an import, one after the other: a later one must find what the one before has made.
import { useQueryClient } from "@tanstack/react-query";
import { useCallback, useRef, useState } from "react";
import type { ImportChange } from "../../api.gen";
import { newKey, type OpName, type Req, type Res } from "../../platform";
import { call } from "../../shared/call";
import { useNotify } from "../../shared/components/feedback";
import { putImport, rereadImport } from "./read";

type ChangeOp = { [K in OpName]: Res<K> extends ImportChange ? K : never }[OpName];

/**
 * `settled` is run after each answer, good or bad, with the rows it brought. What was refused is said and read again:
 * the refusal names what another person has made of it.
 */
export function useChanges(importId: string, settled: (change: ImportChange | null) => void) {
  const client = useQueryClient();
  const notify = useNotify();
  const tail = useRef<Promise<unknown>>(Promise.resolve());
  const [busy, setBusy] = useState(0);
  const latest = useRef(settled);
  latest.current = settled;

  const run = useCallback(
    <K extends ChangeOp>(op: K, req: Req<K>): Promise<ImportChange | null> => {
      setBusy((n) => n + 1);
      const next = tail.current.then(async () => {
        try {
          const change = (await call(op, req, { key: newKey() })) as ImportChange;
          putImport(client, { summary: change.summary, groups: change.groups });
          latest.current(change);
          return change;
        } catch (thrown) {
          notify.failed(thrown);
          latest.current(null);
          rereadImport(client, importId);
          return null;
        } finally {
          setBusy((n) => n - 1);
        }
      });
      tail.current = next;
      return next;
    },
    [client, notify, importId],
  );
  /** All corrections so far are answered. */
  const idle = useCallback(async () => void (await tail.current), []);
  return { run, idle, busy: busy > 0 };
}
