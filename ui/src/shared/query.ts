// Reading and acting through the registry, with the cache around it.
import { useInfiniteQuery, useMutation, useQuery, useQueryClient, type UseQueryResult } from "@tanstack/react-query";
import { useCallback, useEffect, useRef, useState } from "react";
import { CallError, newKey, type OpName, type Req, type Res } from "../platform";
import { call } from "./call";

/** Reads one operation; null as request waits. A request that is replaced meanwhile is cancelled. */
export function useOp<K extends OpName>(
  op: K,
  req: Req<K> | null,
  options: { staleTime?: number; keep?: boolean } = {},
): UseQueryResult<Res<K>, Error> {
  return useQuery<Res<K>, Error>({
    queryKey: [op, req],
    queryFn: ({ signal }) => call(op, req as Req<K>, { signal }),
    enabled: req !== null,
    ...(options.staleTime === undefined ? {} : { staleTime: options.staleTime }),
    ...(options.keep ? { placeholderData: (previous: Res<K> | undefined) => previous as never } : {}),
  });
}

type Paged = {
  [K in OpName]: Res<K> extends { items: unknown[]; next?: string } ? (Req<K> extends { after?: string } ? K : never) : never;
}[OpName];
export type ItemOf<K extends Paged> = Res<K> extends { items: (infer I)[] } ? I : never;

/** Reads a list paged by key, page after page. */
export function usePages<K extends Paged>(op: K, req: Omit<Req<K>, "after"> | null) {
  const query = useInfiniteQuery({
    queryKey: [op, "pages", req],
    initialPageParam: undefined as string | undefined,
    queryFn: ({ signal, pageParam }) =>
      call(op, { ...(req as Req<K>), ...(pageParam === undefined ? {} : { after: pageParam }) }, { signal }),
    getNextPageParam: (last: Res<K>) => (last as { next?: string }).next ?? undefined,
    enabled: req !== null,
    placeholderData: (previous) => previous,
  });
  const items = query.data?.pages.flatMap((page) => (page as { items: ItemOf<K>[] }).items) ?? [];
  return { query, items, pages: query.data?.pages as Res<K>[] | undefined };
}

/**
 * Does an operation that records each look, once for a request and not again with every change of the data.
 * The request has to be the same object between two drawings.
 */
export function useLook<K extends OpName>(op: K, req: Req<K>) {
  const [answer, setAnswer] = useState<{ data: Res<K> | undefined; error: unknown }>({ data: undefined, error: null });
  const look = useCallback(
    async (signal?: AbortSignal) => {
      setAnswer({ data: undefined, error: null });
      try {
        const data = await call(op, req, { signal });
        if (!signal?.aborted) setAnswer({ data, error: null });
      } catch (error) {
        if (!signal?.aborted) setAnswer({ data: undefined, error });
      }
    },
    [op, req],
  );
  useEffect(() => {
    const abort = new AbortController();
    void look(abort.signal);
    return () => abort.abort();
  }, [look]);
  return { ...answer, isPending: answer.data === undefined && answer.error === null, refetch: () => void look() };
}

/** Reads every page of a small list (schools of a scope), at most 20 pages. */
export function useAll<K extends Paged>(op: K, req: Omit<Req<K>, "after"> | null) {
  return useQuery<ItemOf<K>[], Error>({
    queryKey: [op, "all", req],
    enabled: req !== null,
    staleTime: 60_000,
    queryFn: async ({ signal }) => {
      const all: ItemOf<K>[] = [];
      let after: string | undefined;
      for (let page = 0; page < 20; page++) {
        // Each page needs the key of the one before.
        // oxlint-disable-next-line no-await-in-loop
        const res = (await call(op, { ...(req as Req<K>), ...(after === undefined ? {} : { after }) }, { signal })) as {
          items: ItemOf<K>[];
          next?: string;
        };
        all.push(...res.items);
        after = res.next;
        if (after === undefined) break;
      }
      return all;
    },
  });
}

/**
 * Does one operation. The idempotency key is kept while the same request is repeated after a fault, so that an
 * answer lost on the way does not act twice. Everything shown is read again afterwards.
 */
export function useAction<K extends OpName>(op: K) {
  const client = useQueryClient();
  const last = useRef<{ body: string; key: string } | null>(null);
  return useMutation<Res<K>, Error, Req<K>>({
    mutationFn: async (req) => {
      const body = JSON.stringify(req);
      const key = last.current?.body === body ? last.current.key : newKey();
      last.current = { body, key };
      try {
        const res = await call(op, req, { key });
        last.current = null;
        return res;
      } catch (thrown) {
        // A refusal is an answer: the next try is a new intent.
        if (thrown instanceof CallError && thrown.problems.length > 0) last.current = null;
        throw thrown;
      }
    },
    onSuccess: () => void client.invalidateQueries(),
  });
}
