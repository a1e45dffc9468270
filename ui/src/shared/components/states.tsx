// The four states of a page: loading, empty, error, content.
import { ExclamationCircleOutlined, InboxOutlined } from "@ant-design/icons";
import { Button, Skeleton } from "antd";
import type { ReactNode } from "react";
import { CallError } from "../../platform";
import { useDelayed } from "../hooks";
import { tCommon, tError } from "../texts";

/** What to say about something thrown, line by line. */
export function errorLines(thrown: unknown): string[] {
  if (thrown instanceof CallError) {
    if (thrown.problems.length > 0) return thrown.problems.map((p) => (p.suggestion ? `${p.message}（${p.suggestion}）` : p.message));
    if (thrown.traceId) return [tError.internal, tError.trace(thrown.traceId)];
  }
  return [tError.unreachable];
}

export function ErrorState(props: { error: unknown; onRetry?: (() => void) | undefined; title?: string }) {
  const { error } = props;
  const trace = error instanceof CallError ? error.traceId : undefined;
  const lines = error instanceof CallError && error.problems.length > 0 ? errorLines(error) : [trace ? tError.internalRead : tError.unreachable];
  return (
    <div className="ek-state" role="alert" data-testid="state-error">
      <ExclamationCircleOutlined className="ek-state-icon ek-bad" />
      <h2>{props.title ?? tError.title}</h2>
      {lines.map((line) => (
        <p key={line}>{line}</p>
      ))}
      <p className="ek-faint">
        {error instanceof CallError ? tError.since(error.at) : null}
        {trace ? <span className="ek-trace">{tError.trace(trace)}</span> : null}
      </p>
      {props.onRetry ? (
        <Button type="primary" onClick={props.onRetry} data-testid="state-retry">
          {tCommon.retry}
        </Button>
      ) : null}
    </div>
  );
}

export function EmptyState(props: { title: string; hint?: string | undefined; children?: ReactNode }) {
  return (
    <div className="ek-state" data-testid="state-empty">
      <InboxOutlined className="ek-state-icon" />
      <h2>{props.title}</h2>
      {props.hint ? <p>{props.hint}</p> : null}
      {props.children ? <div className="ek-state-actions">{props.children}</div> : null}
    </div>
  );
}

export function LoadingState(props: { rows?: number }) {
  const shown = useDelayed(true);
  return (
    <div className="ek-loading" role="status" aria-busy="true" aria-label={tCommon.loading}>
      {shown ? <Skeleton active={false} title={false} paragraph={{ rows: props.rows ?? 8 }} /> : null}
    </div>
  );
}

type QueryLike<T> = { data: T | undefined; error: unknown; isPending: boolean; refetch: () => unknown };

/** Draws a query in its four states; stale content stays while it is read again. */
export function QueryView<T>(props: { query: QueryLike<T>; rows?: number; children: (data: T) => ReactNode }) {
  const { query } = props;
  if (query.data !== undefined) return <>{props.children(query.data)}</>;
  if (query.error) return <ErrorState error={query.error} onRetry={() => void query.refetch()} />;
  return <LoadingState {...(props.rows === undefined ? {} : { rows: props.rows })} />;
}
