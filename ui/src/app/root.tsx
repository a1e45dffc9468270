// What is shown first: first start, unlocking, sign-in, or the frame.
import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { useCallback, useEffect, useState } from "react";
import { FirstStart } from "../features/first-start";
import { Unlock } from "../features/first-start/unlock";
import { CallError, platform, type HostState } from "../platform";
import { ErrorState, LoadingState } from "../shared/components/states";
import { TipLayer } from "../shared/components/tip";
import { tFirst } from "../shared/texts";
import { SessionGate } from "./session";
import { ThemeRoot } from "./theme";

const client = new QueryClient({
  defaultOptions: {
    queries: {
      retry: false,
      refetchOnWindowFocus: false,
      refetchOnReconnect: false,
      networkMode: "always",
      staleTime: 5_000,
    },
    mutations: { networkMode: "always" },
  },
});

export function Root() {
  const [host, setHost] = useState<HostState | null>(null);
  const [failed, setFailed] = useState<unknown>(null);
  const load = useCallback(async () => {
    try {
      setHost(await platform.hostState());
      setFailed(null);
    } catch (thrown) {
      setFailed(thrown);
    }
  }, []);
  useEffect(() => void load(), [load]);
  useEffect(() => platform.onDataChanged(() => void client.invalidateQueries()), []);

  return (
    <ThemeRoot>
      <QueryClientProvider client={client}>
        {failed ? (
          <ErrorState error={failed} title={tFirst.startTitle} onRetry={() => void load()} />
        ) : !host ? (
          <LoadingState />
        ) : host.problem ? (
          <ErrorState error={new CallError([host.problem])} title={tFirst.startTitle} onRetry={() => void load()} />
        ) : host.state === "empty" ? (
          <FirstStart host={host} onReady={() => void load()} />
        ) : host.state === "locked" ? (
          <Unlock host={host} onReady={() => void load()} />
        ) : (
          <SessionGate host={host} />
        )}
        <TipLayer />
      </QueryClientProvider>
    </ThemeRoot>
  );
}
