// Reading a file, chosen or dropped, until its report is there.
import { useQuery, useQueryClient, type QueryClient } from "@tanstack/react-query";
import { useCallback, useEffect, useRef, useState } from "react";
import type { ImportOf, Reread, ShowImportResponse } from "../../api.gen";
import { newKey, platform, type StagedBlob } from "../../platform";
import { call } from "../../shared/call";
import { errorLines } from "../../shared/components/states";
import { runJob } from "../../shared/jobs";
import { go } from "../../shared/router";
import { tImport } from "../../shared/texts";

/** Imports whose file was read here a moment ago: looking at them opens no kept import. */
const justRead = new Set<string>();

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

export type Reading = {
  /** A file is held over the window. */
  over: boolean;
  /** Name of the file that is being read. */
  reading: string | null;
  /** Why the last file was refused. */
  lines: string[];
  read: (stage: () => Promise<StagedBlob | null>) => Promise<void>;
};

/** Takes files for a school: from a dialog, from a field, dropped on the window. */
export function useReading(schoolId: string, kind: ImportOf, enabled = true): Reading {
  const client = useQueryClient();
  const [over, setOver] = useState(false);
  const [reading, setReading] = useState<string | null>(null);
  const [lines, setLines] = useState<string[]>([]);
  const busy = useRef(false);
  const alive = useRef(true);
  useEffect(() => {
    alive.current = true;
    return () => {
      alive.current = false;
    };
  }, []);

  const read = useCallback(
    async (stage: () => Promise<StagedBlob | null>) => {
      if (busy.current) return;
      busy.current = true;
      setLines([]);
      setOver(false);
      try {
        const blob = await stage();
        if (!blob) return;
        setReading(blob.fileName);
        const request = { schoolId, kind, blobId: blob.blobId, fileName: blob.fileName, importId: newKey() };
        const summary = await runJob("import.preview", request, tImport.jobPreview(blob.fileName));
        // Who drops a workbook on its own import looks at it already.
        if (!window.location.hash.startsWith(`#/imports/${summary.id}`)) justRead.add(summary.id);
        if (summary.reread) client.setQueryData(rereadKey(summary.id), summary.reread);
        // Whoever went to another page meanwhile finds it among the imports.
        if (alive.current) go(`/imports/${summary.id}`, summary.reread ? { view: "rows" } : {});
        rereadImport(client, summary.id);
      } catch (thrown) {
        if (!(thrown instanceof Error && thrown.name === "AbortError")) setLines(errorLines(thrown));
      } finally {
        busy.current = false;
        setReading(null);
      }
    },
    [client, schoolId, kind],
  );

  useEffect(() => {
    if (!enabled) return undefined;
    return platform.onDrop((event) => {
      if (event.kind === "over") setOver(true);
      else if (event.kind === "leave") setOver(false);
      else void read(() => (event.path === undefined ? (event.file ? platform.stageFile(event.file) : Promise.resolve(null)) : platform.stagePath(event.path)));
    });
  }, [read, enabled]);

  return { over, reading, lines, read };
}
