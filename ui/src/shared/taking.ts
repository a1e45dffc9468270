// Taking what a person chooses or drops on the window: one thing at a time, refused with its reasons.
import { useCallback, useEffect, useRef, useState } from "react";
import { platform, type DropEvent } from "../platform";
import { errorLines } from "./components/states";

export type Taking<S> = {
  /** Something is held over the window. */
  over: boolean;
  /** It is being taken. */
  busy: boolean;
  /** Why the last one was refused. */
  lines: string[];
  read: (stage: () => Promise<S | null>) => Promise<void>;
};

/**
 * `take` gets what was staged, and whether the page is still open: whoever went to another one
 * meanwhile is not called back. `dropped` stages what was dropped.
 */
export function useTaking<S>(
  take: (staged: S, open: () => boolean) => Promise<void>,
  dropped: (event: Extract<DropEvent, { kind: "drop" }>) => Promise<S | null>,
  enabled = true,
): Taking<S> {
  const [over, setOver] = useState(false);
  const [busy, setBusy] = useState(false);
  const [lines, setLines] = useState<string[]>([]);
  const taking = useRef(false);
  const alive = useRef(true);
  useEffect(() => {
    alive.current = true;
    return () => {
      alive.current = false;
    };
  }, []);

  const read = useCallback(
    async (stage: () => Promise<S | null>) => {
      if (taking.current) return;
      taking.current = true;
      setLines([]);
      setOver(false);
      setBusy(true);
      try {
        const staged = await stage();
        if (staged) await take(staged, () => alive.current);
      } catch (thrown) {
        if (!(thrown instanceof Error && thrown.name === "AbortError")) setLines(errorLines(thrown));
      } finally {
        taking.current = false;
        setBusy(false);
      }
    },
    [take],
  );

  useEffect(() => {
    if (!enabled) return undefined;
    return platform.onDrop((event) => {
      if (event.kind === "over") setOver(true);
      else if (event.kind === "leave") setOver(false);
      else void read(() => dropped(event));
    });
  }, [read, dropped, enabled]);

  return { over, busy, lines, read };
}
