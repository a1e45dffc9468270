// 核对照片: what would become of each file; where two photos compete they stand side by side and a person chooses.
import { CheckCircleFilled } from "@ant-design/icons";
import { useQueryClient } from "@tanstack/react-query";
import { App, Button } from "antd";
import { useState } from "react";
import type { ImportPhotosResponse, PhotoBatch, PhotoState } from "../../api.gen";
import { Lines, useNotify } from "../../shared/components/feedback";
import { Page } from "../../shared/components/page";
import { EmptyState, ErrorState, LoadingState } from "../../shared/components/states";
import { count } from "../../shared/formatting";
import { runJob } from "../../shared/jobs";
import { useAction, usePages } from "../../shared/query";
import { go, useParams } from "../../shared/router";
import { tCommon, tPhotos } from "../../shared/texts";
import { Choices, type Chosen } from "./choices";
import { Files } from "./files";
import { NewPhotos } from "./new-photos";

/** What needs a person comes first. */
const ORDER = ["differs", "several", "bad", "unmatched", "new", "imported", "same", "repeated"] as const satisfies readonly PhotoState[];

const countOf = (batch: PhotoBatch, state: PhotoState) => batch.counts.find((each) => each.state === state)?.count ?? 0;

export function PhotoCheck(props: { batchId: string }) {
  const { batchId } = props;
  const client = useQueryClient();
  const notify = useNotify();
  const { modal } = App.useApp();
  const [params, change] = useParams();
  const discard = useAction("photo.discard");
  const [busy, setBusy] = useState(false);
  const [result, setResult] = useState<ImportPhotosResponse | null>(null);
  // Number of the file that a pupil gets, by pupil; and the new ones that stay out.
  const [take, setTake] = useState<ReadonlyMap<string, number>>(new Map());
  const [leave, setLeave] = useState<ReadonlySet<number>>(new Set());

  // The batch alone, whatever is filtered: its counts are the filter.
  const head = usePages("photo.items", { batchId, limit: 1, plain: true });
  const batch = head.pages?.[0]?.batch;
  const present = batch ? ORDER.filter((state) => countOf(batch, state) > 0) : [];
  const state = present.find((each) => each === params.get("state")) ?? present[0] ?? "new";
  const list = usePages("photo.items", batch ? { batchId, state, limit: 60 } : null);

  if (head.query.error && !batch) return <ErrorState error={head.query.error} onRetry={() => void head.query.refetch()} />;
  if (!batch) return <LoadingState />;
  const open = batch.state === "open";
  const willBe = countOf(batch, "new") - leave.size + take.size;
  const toChoose = countOf(batch, "differs") + countOf(batch, "several");
  const left = (each: PhotoState) => each === "new" && !open;

  const choose: Chosen = {
    of: (pupil) => take.get(pupil),
    choose: (pairs) => {
      const next = new Map(take);
      for (const [pupil, number] of pairs) {
        if (number === undefined) next.delete(pupil);
        else next.set(pupil, number);
      }
      setTake(next);
    },
  };
  const importThem = async () => {
    setBusy(true);
    try {
      const done = await runJob("photo.import", { batchId, take: [...take.values()], leave: [...leave] }, tPhotos.jobImport);
      setResult(done);
      change({ state: undefined });
      await client.invalidateQueries();
    } catch (thrown) {
      notify.failed(thrown);
    } finally {
      setBusy(false);
    }
  };
  const giveUp = () =>
    modal.confirm({
      title: tPhotos.discard,
      content: tPhotos.summary(willBe, 0),
      okText: tPhotos.discard,
      cancelText: tCommon.cancel,
      focusable: { autoFocusButton: "cancel" },
      onOk: async () => {
        try {
          await discard.mutateAsync({ batchId });
          go("/photos");
          notify.done(tPhotos.discarded);
        } catch (thrown) {
          notify.failed(thrown);
        }
      },
    });

  return (
    <Page
      title={open ? tPhotos.checkTitle : tPhotos.title}
      note={tPhotos.source(batch.source, batch.total)}
      toolbar={
        <>
          {open ? null : (
            <div className="ek-photo-result" data-testid="photos-result">
              <CheckCircleFilled className="ek-photo-result-icon" />
              <h2>{result ? tPhotos.resultTitle(result.added, result.replaced) : tPhotos.resultNone}</h2>
              <span className="ek-grow" />
              <Button onClick={() => go("/photos", { tab: "pupils", missing: "1" })} data-testid="photos-to-missing">
                {tPhotos.toMissing}
              </Button>
              <Button type="primary" onClick={() => go("/photos")} data-testid="photos-again">
                {tPhotos.again}
              </Button>
            </div>
          )}
          <div className="ek-strip" role="radiogroup" aria-label={tCommon.state}>
            {present.map((each) => (
              <button key={each} type="button" role="radio" aria-checked={state === each} onClick={() => change({ state: each })} data-testid={`photos-state-${each}`}>
                {left(each) ? tPhotos.left : tPhotos.state[each]} <b>{count(countOf(batch, each))}</b>
              </button>
            ))}
          </div>
        </>
      }
      footer={
        open ? (
          <div className="ek-selection" data-active="true">
            <span aria-live="polite" data-testid="photos-summary">
              {tPhotos.summary(willBe, toChoose)}
            </span>
            <span className="ek-grow" />
            <Button disabled={busy} onClick={giveUp} data-testid="photos-discard">
              {tPhotos.discard}
            </Button>
            <Button type="primary" loading={busy} disabled={willBe === 0} onClick={() => void importThem()} data-testid="photos-import">
              {tPhotos.importN(willBe)}
            </Button>
          </div>
        ) : null
      }
    >
      {result && result.problems.length > 0 ? (
        <Lines tone="warning" lines={[tPhotos.resultProblems(result.problems.length), ...result.problems.map((p) => `${p.subjectName ?? ""} ${p.message}`)]} />
      ) : null}
      <p className="ek-faint ek-photo-hint">{left(state) ? tPhotos.leftHint : tPhotos.hint[state]}</p>
      {list.query.error && list.items.length === 0 ? (
        <ErrorState error={list.query.error} onRetry={() => void list.query.refetch()} />
      ) : list.query.isPending ? (
        <LoadingState />
      ) : list.items.length === 0 ? (
        <EmptyState title={tPhotos.nothing} />
      ) : state === "differs" || state === "several" ? (
        <Choices items={list.items} chosen={choose} open={open} replacing={state === "differs"} />
      ) : state === "new" || state === "imported" ? (
        <NewPhotos items={list.items} open={open && state === "new"} leave={leave} onLeave={setLeave} />
      ) : (
        <Files items={list.items} />
      )}
      {list.query.hasNextPage ? (
        <div className="ek-photo-more">
          <Button loading={list.query.isFetchingNextPage} onClick={() => void list.query.fetchNextPage()} data-testid="photos-more">
            {tCommon.shownMore(list.items.length)}
          </Button>
        </div>
      ) : null}
    </Page>
  );
}
