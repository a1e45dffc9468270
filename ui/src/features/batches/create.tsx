// New batch: which confirmed orders, what the checks say of them, how the file will look; then it is made.
import { ArrowLeftOutlined } from "@ant-design/icons";
import { Button, DatePicker, Select, Tag } from "antd";
import dayjs from "dayjs";
import { useState } from "react";
import type { OrderDate, OrderFilter, PreviewBatchResponse } from "../../api.gen";
import { ClassFilter } from "../../shared/components/class-filter";
import { OrderFaults } from "../../shared/components/order-faults";
import { DataTable } from "../../shared/components/data-table";
import { useNotify } from "../../shared/components/feedback";
import { Page, Panel } from "../../shared/components/page";
import { SchoolPicker } from "../../shared/components/school-picker";
import { EmptyState, ErrorState, LoadingState } from "../../shared/components/states";
import { CallError } from "../../platform";
import { count } from "../../shared/formatting";
import { useAction, useOp } from "../../shared/query";
import { go, useParams } from "../../shared/router";
import { useScope } from "../../shared/scope";
import { tBatches, tOrders } from "../../shared/texts";

const ORDER_DATES = ["requested", "approved", "returned"] as const satisfies readonly OrderDate[];

export function CreateBatch() {
  const scope = useScope();
  const notify = useNotify();
  const [params, change] = useParams();
  const [template, setTemplate] = useState<string | undefined>(undefined);
  const create = useAction("batch.create");
  const from = params.get("from") ?? undefined;
  const to = params.get("to") ?? undefined;
  const grade = params.get("grade");
  const classNumber = params.get("class");
  // Of the query that led here; there it is changed, here it is seen and can be dropped.
  const other = ORDER_DATES.find((date) => date === params.get("other"));
  const otherFrom = params.get("otherFrom");
  const otherTo = params.get("otherTo");
  const narrowed = other !== undefined && (otherFrom !== null || otherTo !== null);
  const filter: OrderFilter = {
    ...(from ? { confirmedFrom: from } : {}),
    ...(to ? { confirmedTo: to } : {}),
    ...(scope.district ? { district: scope.district } : {}),
    ...(scope.schoolId ? { schoolId: scope.schoolId } : {}),
    ...(grade ? { grade: Number(grade) } : {}),
    ...(classNumber ? { classNumber: Number(classNumber) } : {}),
    ...(narrowed ? { otherDate: other, ...(otherFrom ? { otherFrom } : {}), ...(otherTo ? { otherTo } : {}) } : {}),
  };
  const request = { filter, ...(template ? { template } : {}) };
  const preview = useOp("batch.preview", request, { keep: true });
  const templates = useOp("batch.templates", preview.data ? { district: preview.data.district } : null);
  const ready = preview.data?.ready ?? 0;

  const make = async () => {
    try {
      const made = await create.mutateAsync(request);
      notify.done(tBatches.made(made.batch.batchNo, count(made.batch.ordered)));
      go(`/batches/${made.batch.id}`);
    } catch (thrown) {
      notify.failed(thrown);
    }
  };

  return (
    <Page
      title={tBatches.createTitle}
      note={tBatches.createNote}
      actions={
        <>
          <Button icon={<ArrowLeftOutlined />} onClick={() => go("/batches")} data-testid="batch-back">
            {tBatches.back}
          </Button>
          <Button type="primary" disabled={ready === 0 || preview.error !== null} loading={create.isPending} onClick={() => void make()} data-testid="batch-make">
            {tBatches.make(count(ready))}
          </Button>
        </>
      }
      toolbar={
        <>
          <span className="ek-label" id="batch-range-label">
            {tOrders.rangeLabel}
          </span>
          <DatePicker.RangePicker
            allowEmpty={[true, true]}
            format="YYYY-MM-DD"
            value={[from ? dayjs(from) : null, to ? dayjs(to) : null]}
            placeholder={[tOrders.from, tOrders.to]}
            onChange={(days) => change({ from: days?.[0]?.format("YYYY-MM-DD"), to: days?.[1]?.format("YYYY-MM-DD") })}
            data-testid="batch-range"
          />
          <SchoolPicker testId="batch-school" width={240} />
          <ClassFilter prefix="batch" grade={grade} classNumber={classNumber} onChange={change} />
          {narrowed ? (
            <Tag closable onClose={() => change({ other: undefined, otherFrom: undefined, otherTo: undefined })} data-testid="batch-other">
              {tBatches.otherDate(tOrders.otherDates[other], otherFrom ?? "", otherTo ?? "")}
            </Tag>
          ) : null}
          <Select
            aria-label={tBatches.template}
            style={{ width: "15em" }}
            value={preview.data?.templateName ?? template ?? null}
            onChange={setTemplate}
            options={(templates.data?.items ?? []).map((t) => ({ value: t.name, label: t.name }))}
            data-testid="batch-template"
          />
        </>
      }
    >
      {preview.error ? <Refused error={preview.error} retry={() => void preview.refetch()} /> : preview.data ? <Checked preview={preview.data} /> : <LoadingState />}
    </Page>
  );
}

/** Nothing confirmed is no fault: it says what to do first. */
function Refused(props: { error: Error; retry: () => void }) {
  const { error } = props;
  if (error instanceof CallError && error.has("selection.empty")) return <EmptyState title={tBatches.readyNone} hint={tBatches.noneHint} />;
  if (error instanceof CallError && error.has("batch.districts")) return <EmptyState title={tBatches.chooseDistrict} />;
  return <ErrorState error={error} onRetry={props.retry} />;
}

function Checked(props: { preview: PreviewBatchResponse }) {
  const { preview } = props;
  return (
    <div className="ek-stack">
      <div className="ek-sums" data-testid="batch-figures">
        <span className="ek-ok">{tBatches.ready(count(preview.ready))}</span>
        <span className={preview.leftOut > 0 ? "ek-bad" : "ek-faint"}>{tBatches.leftOut(count(preview.leftOut))}</span>
      </div>
      {preview.faults.length > 0 ? (
        <Panel title={tBatches.faultsTitle}>
          <OrderFaults faults={preview.faults} testId="batch-faults" />
        </Panel>
      ) : null}
      {preview.rows.length > 0 ? (
        <Panel title={tBatches.previewTitle}>
          <p className="ek-faint">{tBatches.previewHint}</p>
          <DataTable
            label={tBatches.previewTitle}
            testId="batch-preview"
            columns={preview.headings.map((heading, at) => ({ key: heading, title: heading, min: 110, render: (row: string[]) => row[at] ?? "" }))}
            rows={preview.rows}
            rowKey={(row) => row.join(" ")}
            empty={null}
          />
        </Panel>
      ) : null}
    </div>
  );
}
