// One batch: its ledger, what was handed over, the result files, every order with its result.
import { ArrowLeftOutlined, DownloadOutlined, UploadOutlined } from "@ant-design/icons";
import { useQueryClient } from "@tanstack/react-query";
import { App, Button, Segmented } from "antd";
import { useState } from "react";
import type { BatchLineView, BatchPage as Batch, BatchView, LineResult, OrderFault, PackageFile, ResultFileView } from "../../api.gen";
import { platform } from "../../platform";
import { DataTable, type Column } from "../../shared/components/data-table";
import { SelectionBar, useNotify } from "../../shared/components/feedback";
import { FormModal } from "../../shared/components/form-modal";
import { OrderFaults } from "../../shared/components/order-faults";
import { Page, Panel } from "../../shared/components/page";
import { PagedTable } from "../../shared/components/paged-table";
import { ReasonField } from "../../shared/components/reason-field";
import { EmptyState, QueryView } from "../../shared/components/states";
import { Tag } from "../../shared/components/tags";
import { count, moment } from "../../shared/formatting";
import { runJob } from "../../shared/jobs";
import { useAction, useOp, usePages } from "../../shared/query";
import { go, href } from "../../shared/router";
import { useSession } from "../../shared/session";
import { tBatches, tCommon } from "../../shared/texts";
import { batchTone, lineTone } from "../../shared/tones";
import { ReadResult } from "./read";

const FILTERS = ["all", "waiting", "made", "failed"] as const;
type Filter = (typeof FILTERS)[number];

const FILES: Column<PackageFile>[] = [
  { key: "name", title: tBatches.file, min: 200, render: (f) => f.name },
  { key: "bytes", title: tBatches.bytes, width: 110, align: "right", render: (f) => count(f.bytes) },
  { key: "sha", title: tBatches.sha, min: 260, render: (f) => <span className="ek-trace">{f.sha256}</span> },
];

const RESULTS: Column<ResultFileView>[] = [
  { key: "at", title: tBatches.readAt, width: 146, render: (f) => moment(f.readAt) },
  { key: "file", title: tBatches.file, min: 160, render: (f) => f.fileName },
  { key: "made", title: tBatches.col.made, width: 72, align: "right", render: (f) => count(f.made) },
  { key: "failed", title: tBatches.col.failed, width: 72, align: "right", render: (f) => count(f.failed) },
  { key: "errors", title: tBatches.errors, width: 84, align: "right", render: (f) => count(f.errors) },
  { key: "by", title: tBatches.by, width: 110, render: (f) => f.readBy },
];

const LINES: Column<BatchLineView>[] = [
  { key: "number", title: tBatches.line.number, width: 60, align: "right", render: (l) => count(l.number) },
  { key: "school", title: tBatches.line.school, min: 150, render: (l) => l.schoolName },
  { key: "class", title: tBatches.line.class, width: 108, render: (l) => tCommon.gradeClass(l.gradeName, l.classNumber) },
  { key: "name", title: tBatches.line.name, width: 96, render: (l) => <a href={href(`/orders/${l.orderId}`)}>{l.pupilName}</a> },
  { key: "paper", title: tBatches.line.paper, width: 172, render: (l) => l.paperMasked },
  { key: "result", title: tBatches.line.result, width: 96, render: (l) => <Tag tone={lineTone[l.result]}>{l.resultName}</Tag> },
  {
    key: "card",
    title: tBatches.line.card,
    width: 150,
    render: (l) => (l.cardId ? <a href={href(`/cards/${l.cardId}`)}>{l.cardNo}</a> : tCommon.none),
  },
  { key: "reason", title: tBatches.line.reason, min: 120, render: (l) => l.reason ?? tCommon.none },
];

export function BatchPage(props: { id: string }) {
  const query = useOp("batch.show", { id: props.id });
  const [reading, setReading] = useState(false);
  const [asking, setAsking] = useState(false);
  const [takenOut, setTakenOut] = useState<readonly OrderFault[]>([]);
  const discard = useAction("batch.discard");
  const notify = useNotify();
  const batch = query.data?.batch;
  return (
    <Page
      title={batch ? tBatches.pageTitle(batch.batchNo) : tBatches.title}
      note={batch ? <Tag tone={batchTone[batch.state]}>{batch.stateName}</Tag> : null}
      actions={
        <>
          <Button icon={<ArrowLeftOutlined />} onClick={() => go("/batches")} data-testid="batch-back">
            {tBatches.back}
          </Button>
          {batch ? <Actions batch={batch} onRead={() => setReading(true)} onDiscard={() => setAsking(true)} onTakenOut={setTakenOut} /> : null}
        </>
      }
    >
      <QueryView query={query}>{(data) => <Content page={data} takenOut={takenOut} />}</QueryView>
      {reading && batch ? <ReadResult batch={batch} onClose={() => setReading(false)} /> : null}
      {asking && batch ? (
        <FormModal<{ reason: string }>
          title={tBatches.discardTitle}
          note={tBatches.discardNote}
          initial={{}}
          fields={{ reason: tBatches.line.reason }}
          submitText={tBatches.discard}
          submitTestId="batch-discard-submit"
          danger
          onClose={() => setAsking(false)}
          onSubmit={async ({ reason }) => {
            await discard.mutateAsync({ id: batch.id, reason });
            notify.done(tBatches.discarded);
          }}
        >
          {(form) => <ReasonField form={form} label={tBatches.line.reason} reasons={tBatches.discardReasons} testId="batch-discard-reason" />}
        </FormModal>
      ) : null}
    </Page>
  );
}

function Actions(props: { batch: BatchView; onRead: () => void; onDiscard: () => void; onTakenOut: (faults: readonly OrderFault[]) => void }) {
  const { batch } = props;
  const { can } = useSession();
  const { modal } = App.useApp();
  const client = useQueryClient();
  const notify = useNotify();
  const close = useAction("batch.close");
  const [busy, setBusy] = useState(false);
  if (!can("manage_batches") || batch.state === "discarded") return null;

  const save = async () => {
    setBusy(true);
    try {
      const answer = await runJob("batch.export", { id: batch.id }, tBatches.pageTitle(batch.batchNo));
      await client.invalidateQueries();
      props.onTakenOut(answer.faults);
      const saved = await platform.saveBlob(answer.blobId, answer.fileName);
      if (saved) notify.done(tBatches.exported(saved.path));
    } catch (thrown) {
      notify.failed(thrown);
    } finally {
      setBusy(false);
    }
  };
  const handOver = () =>
    modal.confirm({
      title: tBatches.exportTitle,
      content: tBatches.exportHint(count(batch.ordered)),
      okText: tBatches.exportFirst,
      cancelText: tCommon.cancel,
      focusable: { autoFocusButton: "cancel" },
      okButtonProps: { "data-testid": "batch-export-ok" } as never,
      onOk: () => void save(),
    });
  const settle = async () => {
    try {
      await close.mutateAsync({ id: batch.id });
      notify.done(tBatches.closed);
    } catch (thrown) {
      notify.failed(thrown);
    }
  };
  if (batch.state === "open") {
    return (
      <>
        <Button danger onClick={props.onDiscard} data-testid="batch-discard">
          {tBatches.discard}
        </Button>
        <Button type="primary" icon={<DownloadOutlined />} loading={busy} onClick={handOver} data-testid="batch-export">
          {tBatches.exportFirst}
        </Button>
      </>
    );
  }
  return (
    <>
      <Button icon={<DownloadOutlined />} loading={busy} onClick={() => void save()} data-testid="batch-export">
        {tBatches.exportAgain}
      </Button>
      {batch.state === "handed_over" ? (
        <>
          <Button
            type={batch.missing === 0 ? "primary" : "default"}
            disabled={batch.missing > 0}
            data-tip={batch.missing > 0 ? tBatches.notSettled(count(batch.missing)) : undefined}
            onClick={() => void settle()}
            data-testid="batch-close"
          >
            {tBatches.close}
          </Button>
          <Button type={batch.missing > 0 ? "primary" : "default"} icon={<UploadOutlined />} onClick={props.onRead} data-testid="batch-read">
            {tBatches.read}
          </Button>
        </>
      ) : null}
    </>
  );
}

function Content(props: { page: Batch; takenOut: readonly OrderFault[] }) {
  const { page, takenOut } = props;
  const { batch } = page;
  return (
    <div className="ek-stack">
      <Panel title={tBatches.ledger}>
        <div className="ek-sums" data-testid="batch-ledger">
          <span>{`${tBatches.col.ordered} ${count(batch.ordered)}`}</span>
          <span>=</span>
          <span className="ek-ok">{`${tBatches.col.made} ${count(batch.made)}`}</span>
          <span>+</span>
          <span className={batch.failed > 0 ? "ek-bad" : "ek-faint"}>{`${tBatches.col.failed} ${count(batch.failed)}`}</span>
          <span>+</span>
          <span className={batch.missing > 0 ? "ek-warn" : "ek-faint"}>{`${tBatches.col.missing} ${count(batch.missing)}`}</span>
        </div>
      </Panel>
      {takenOut.length > 0 ? (
        <Panel title={tBatches.takenOut(count(takenOut.length))}>
          <OrderFaults faults={takenOut} testId="batch-taken-out" />
        </Panel>
      ) : null}
      <Panel title={tBatches.package}>
        {page.files.length > 0 ? (
          <DataTable label={tBatches.package} testId="batch-files" columns={FILES} rows={page.files} rowKey={(f) => f.name} empty={null} />
        ) : (
          <p className="ek-faint">{tBatches.packageNone}</p>
        )}
      </Panel>
      {batch.state === "open" || batch.state === "discarded" ? null : (
        <Panel title={tBatches.results}>
          {page.results.length > 0 ? (
            <DataTable label={tBatches.results} testId="batch-results" columns={RESULTS} rows={page.results} rowKey={(f) => f.sha256} empty={null} />
          ) : (
            <p className="ek-faint">{tBatches.resultsNone}</p>
          )}
        </Panel>
      )}
      <BatchLines batch={batch} />
    </div>
  );
}

function BatchLines(props: { batch: BatchView }) {
  const { batch } = props;
  const { can } = useSession();
  const notify = useNotify();
  const fail = useAction("batch.fail");
  const [filter, setFilter] = useState<Filter>("all");
  const [chosen, setChosen] = useState<ReadonlySet<string>>(new Set());
  const [asking, setAsking] = useState(false);
  const result: LineResult | undefined = filter === "all" ? undefined : filter;
  const { query, items } = usePages("batch.lines", { id: batch.id, ...(result ? { result } : {}), limit: 100 });
  const fails = can("manage_batches") && batch.state === "handed_over" && filter === "waiting";
  const numbers = items.filter((l) => chosen.has(l.orderId)).map((l) => l.number);
  return (
    <Panel
      title={tBatches.lines}
      extra={
        <Segmented
          value={filter}
          aria-label={tBatches.lines}
          onChange={(next) => {
            setFilter(next as Filter);
            setChosen(new Set());
          }}
          options={FILTERS.map((f) => ({ value: f, label: <span data-testid={`lines-${f}`}>{tBatches.lineStates[f]}</span> }))}
        />
      }
    >
      <PagedTable
        label={tBatches.lines}
        testId="batch-lines"
        items={items}
        query={query}
        columns={LINES}
        rowKey={(l) => l.orderId}
        {...(fails ? { selection: { keys: chosen, onChange: setChosen } } : {})}
        empty={<EmptyState title={tBatches.linesEmpty} />}
      />
      {fails ? (
        <SelectionBar
          testId="lines-selection"
          chosen={numbers.length}
          all={false}
          loaded={items.length}
          onClear={() => setChosen(new Set())}
          texts={{ chosen: tBatches.chosen, chooseAll: tBatches.chooseAll, clear: tBatches.clear }}
        >
          <Button disabled={numbers.length === 0} onClick={() => setAsking(true)} data-testid="lines-fail">
            {tBatches.fail}
          </Button>
        </SelectionBar>
      ) : null}
      {asking ? (
        <FormModal<{ reason: string }>
          title={tBatches.failTitle(count(numbers.length))}
          note={tBatches.failNote}
          initial={{}}
          fields={{ reason: tBatches.line.reason }}
          submitText={tBatches.fail}
          submitTestId="lines-fail-submit"
          danger
          onClose={() => setAsking(false)}
          onSubmit={async ({ reason }) => {
            await fail.mutateAsync({ id: batch.id, numbers, reason });
            setChosen(new Set());
            notify.done(tBatches.failedDone);
          }}
        >
          {(form) => <ReasonField form={form} label={tBatches.line.reason} reasons={tBatches.failReasons} testId="lines-fail-reason" />}
        </FormModal>
      ) : null}
    </Panel>
  );
}
