// A table over a list paged by key: four states, endless scrolling, a line that says how much there is.
import type { ReactNode } from "react";
import { count } from "../formatting";
import { tCommon } from "../texts";
import { DataTable, type Column, type Selection } from "./data-table";
import { ErrorState, LoadingState } from "./states";

type PagesLike = {
  error: unknown;
  isPending: boolean;
  isFetching: boolean;
  isPlaceholderData: boolean;
  isFetchingNextPage: boolean;
  hasNextPage: boolean;
  fetchNextPage: () => unknown;
  refetch: () => unknown;
};

export function PagedTable<T>(props: {
  label: string;
  testId: string;
  columns: Column<T>[];
  items: readonly T[];
  query: PagesLike;
  rowKey: (row: T) => string;
  rowTestId?: (row: T) => string;
  rowClass?: (row: T) => string | undefined;
  selection?: Selection | undefined;
  onOpen?: (row: T) => void;
  empty: ReactNode;
  total?: string | undefined;
}) {
  const { query, items } = props;
  if (query.error && items.length === 0) return <ErrorState error={query.error} onRetry={() => void query.refetch()} />;
  if (query.isPending) return <LoadingState />;
  const foot = query.isFetchingNextPage
    ? tCommon.loadingMore
    : query.hasNextPage
      ? props.total === undefined
        ? tCommon.shownMore(items.length)
        : tCommon.shownOf(items.length, props.total)
      : tCommon.shown(items.length);
  return (
    <DataTable
      label={props.label}
      testId={props.testId}
      columns={props.columns}
      rows={items}
      rowKey={props.rowKey}
      {...(props.rowTestId ? { rowTestId: props.rowTestId } : {})}
      {...(props.rowClass ? { rowClass: props.rowClass } : {})}
      selection={props.selection}
      onOpen={props.onOpen}
      busy={query.isPlaceholderData}
      onEnd={query.hasNextPage && !query.isFetchingNextPage ? () => void query.fetchNextPage() : undefined}
      // A page without rows may have others behind it: what fits little may lie far apart.
      empty={query.hasNextPage ? <LoadingState /> : props.empty}
      foot={<span aria-live="polite" data-rows={count(items.length)}>{foot}</span>}
    />
  );
}
