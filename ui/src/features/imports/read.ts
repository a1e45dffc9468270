// Reading a file, chosen or dropped, until its report is there.
import { useQuery, useQueryClient, type QueryClient } from "@tanstack/react-query";
import { useCallback, useRef, useState } from "react";
import type { ImportOf, Reread, ShowImportResponse } from "../../api.gen";
import { newKey, platform, type StagedBlob } from "../../platform";
import { call } from "../../shared/call";
import { runJob } from "../../shared/jobs";
import { go } from "../../shared/router";
import { useTaking, type Taking } from "../../shared/taking";
import { tImport } from "../../shared/texts";
import { BLOCK, type Rows } from "./blocks";

/** Imports whose file was read here a moment ago: looking at them opens no kept import. */
const justRead = new Set<string>();

/** The first rows of the file that was just read, for the page that is about to show them. */
let firstRows: { importId: string; rows: Rows } | null = null;

/** Gives the first rows that came with the report, once. */
export function takeRows(importId: string): Rows | undefined {
  const found = firstRows?.importId === importId ? firstRows.rows : undefined;
  firstRows = null;
  return found;
}

const showKey = (importId: string) => ["import.show", importId];
const rereadKey = (importId: string) => ["import.reread", importId];

/** The import as it stands. The first look at a kept one leaves an entry in the audit log. */
export function useImport(importId: string) {
  const [fresh] = useState(() => justRead.delete(importId));
  const told = useRef(fresh);
  return useQuery<ShowImportResponse>({
    queryKey: showKey(importId),
    // What another page left behind is no opening.
    gcTime: 0,
    queryFn: async ({ signal }) => {
      if (told.current) return call("import.show", { importId }, { signal });
      told.current = true;
      try {
        return await call("import.open", { importId }, { key: newKey() });
      } catch (thrown) {
        told.current = false;
        throw thrown;
      }
    },
  });
}

/** Puts an answer in place of what was shown before. */
export function putImport(client: QueryClient, next: ShowImportResponse): void {
  client.setQueryData(showKey(next.summary.id), next);
}

/** Reads an import again, and what lists imports. */
export function rereadImport(client: QueryClient, importId: string): void {
  void client.invalidateQueries({ queryKey: showKey(importId) });
  rereadLists(client);
}

function rereadLists(client: QueryClient): void {
  void client.invalidateQueries({ queryKey: ["import.list"] });
  void client.invalidateQueries({ queryKey: ["home.summary"] });
}

/** What an error workbook that came back has changed, until the person has read it. */
export function useReread(importId: string): [Reread | null, () => void] {
  const client = useQueryClient();
  // Nothing can be read again here: it was told once.
  const { data } = useQuery<Reread | null>({ queryKey: rereadKey(importId), queryFn: () => null, enabled: false });
  return [data ?? null, () => client.setQueryData(rereadKey(importId), null)];
}

export type Reading = Omit<Taking<StagedBlob>, "busy"> & {
  /** Name of the file that is being read. */
  reading: string | null;
};

const dropped = (event: { path?: string; file?: File }): Promise<StagedBlob | null> => {
  if (event.path !== undefined) return platform.stagePath(event.path);
  return event.file ? platform.stageFile(event.file) : Promise.resolve(null);
};

/** Has a file checked, and goes to its report. */
async function check(client: QueryClient, schoolId: string, kind: ImportOf, blob: StagedBlob, open: () => boolean): Promise<void> {
  const request = { schoolId, kind, blobId: blob.blobId, fileName: blob.fileName, importId: newKey() };
  const summary = await runJob("import.preview", request, tImport.jobPreview(blob.fileName));
  const importId = summary.id;
  // All that the page shows first, at once: it is drawn once and whole.
  const [report, rows] = await Promise.all([call("import.show", { importId }), call("import.rows", { importId, start: 0, limit: BLOCK })]);
  rereadLists(client);
  if (summary.reread) client.setQueryData(rereadKey(importId), summary.reread);
  // Whoever went to another page meanwhile finds it among the imports.
  if (!open()) return;
  // Who drops a workbook on its own import looks at it already.
  if (!window.location.hash.startsWith(`#/imports/${importId}`)) {
    justRead.add(importId);
    firstRows = { importId, rows };
  }
  putImport(client, report);
  go(`/imports/${importId}`, summary.reread ? { view: "rows" } : {});
}

/** Takes files for a school: from a dialog, from a field, dropped on the window. */
export function useReading(schoolId: string, kind: ImportOf, enabled = true): Reading {
  const client = useQueryClient();
  const [reading, setReading] = useState<string | null>(null);
  const take = useCallback(
    (blob: StagedBlob, open: () => boolean) => {
      setReading(blob.fileName);
      return check(client, schoolId, kind, blob, open).finally(() => setReading(null));
    },
    [client, schoolId, kind],
  );
  const { over, lines, read } = useTaking(take, dropped, enabled);
  return { over, reading, lines, read };
}
