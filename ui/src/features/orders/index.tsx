// 制卡订单: the query by confirmation time, and the two work lists, which ignore it.
import { BarChartOutlined, DiffOutlined, DownloadOutlined, InboxOutlined, SearchOutlined } from "@ant-design/icons";
import { Button, DatePicker, Input, Segmented, Select } from "antd";
import dayjs from "dayjs";
import { useMemo, useState } from "react";
import type { ExportFormat, OrderDate, OrderFilter, OrderState, OrderView } from "../../api.gen";
import { platform } from "../../platform";
import { call } from "../../shared/call";
import { ClassFilter } from "../../shared/components/class-filter";
import type { Column } from "../../shared/components/data-table";
import { useNotify } from "../../shared/components/feedback";
import { Page } from "../../shared/components/page";
import { PagedTable } from "../../shared/components/paged-table";
import { SchoolPicker } from "../../shared/components/school-picker";
import { EmptyState } from "../../shared/components/states";
import { Tag } from "../../shared/components/tags";
import { capped, moment, presetRange, RANGE_PRESETS, type RangePreset } from "../../shared/formatting";
import { useDebounced } from "../../shared/hooks";
import { useOp, usePages } from "../../shared/query";
import { go, href, useParams } from "../../shared/router";
import { useScope } from "../../shared/scope";
import { useSelection } from "../../shared/selection";
import { useSession } from "../../shared/session";
import { tCommon, tMismatches, tOrders, tOrderState } from "../../shared/texts";
import { orderTone } from "../../shared/tones";
import { OrderActions } from "./actions";
import { SavedFilters } from "./saved";
import { Totals } from "./totals";

type Range = RangePreset | "all" | "custom";
const RANGES: readonly Range[] = ["all", ...RANGE_PRESETS, "custom"];
type Kind = "query" | "approve" | "confirm";

const at = (ms: number | undefined) => (ms === undefined ? tCommon.none : moment(ms));

const COLS: Record<string, Column<OrderView>> = {
  approvedAt: { key: "approvedAt", title: tOrders.col.approvedAt, width: 146, render: (o) => at(o.approvedAt) },
  confirmedAt: { key: "confirmedAt", title: tOrders.col.confirmedAt, width: 146, render: (o) => at(o.confirmedAt) },
  requestedAt: { key: "requestedAt", title: tOrders.col.requestedAt, width: 146, render: (o) => at(o.requestedAt) },
  school: { key: "school", title: tOrders.col.school, min: 150, render: (o) => o.schoolName },
  class: { key: "class", title: tOrders.col.class, width: 108, render: (o) => tOrders.gradeClass(o.gradeName, o.classNumber) },
  name: { key: "name", title: tOrders.col.name, width: 84, render: (o) => <a href={href(`/orders/${o.id}`)}>{o.pupilName}</a> },
  paper: { key: "paper", title: tOrders.col.paper, width: 172, render: (o) => o.paperMasked },
  kind: { key: "kind", title: tOrders.col.kind, width: 72, render: (o) => o.kindName },
  state: {
    key: "state",
    title: tOrders.col.state,
    width: 106,
    render: (o) => (
      <Tag tone={orderTone[o.state]} title={o.reason ? tOrders.reason(o.reason) : undefined}>
        {o.stateName}
      </Tag>
    ),
  },
  batch: { key: "batch", title: tOrders.col.batch, width: 180, render: (o) => (o.batchId ? <a href={href(`/batches/${o.batchId}`)}>{o.batchNo}</a> : tCommon.none) },
  card: { key: "card", title: tOrders.col.card, width: 140, render: (o) => o.cardNo ?? tCommon.none },
};
const pick = (...keys: string[]): Column<OrderView>[] => keys.flatMap((k) => COLS[k] ?? []);
const COLUMNS: Record<Kind, Column<OrderView>[]> = {
  query: pick("approvedAt", "confirmedAt", "school", "class", "name", "state", "batch", "card"),
  approve: pick("requestedAt", "school", "class", "name", "paper", "kind", "state"),
  confirm: pick("approvedAt", "school", "class", "name", "paper", "kind", "state"),
};

/** Dates beside the confirmation. */
const OTHER = ["requested", "approved", "returned"] as const satisfies readonly OrderDate[];

export function Orders() {
  return <OrderList kind="query" />;
}
export function OrdersToApprove() {
  return <OrderList kind="approve" />;
}
export function OrdersToConfirm() {
  return <OrderList kind="confirm" />;
}

function OrderList(props: { kind: Kind }) {
  const { kind } = props;
  const scope = useScope();
  const { can } = useSession();
  const notify = useNotify();
  const [params, change] = useParams();
  const [text, setText] = useState("");
  const settled = useDebounced(text.trim());
  const [adding, setAdding] = useState(false);

  const range = (RANGES as readonly string[]).includes(params.get("range") ?? "")
    ? (params.get("range") as Range)
    : can("confirm_orders")
      ? "month"
      : "all";
  // Today is taken once for each drawing of the page's filters, not at every key.
  const [from, to] = useMemo((): [string | undefined, string | undefined] => {
    if (range === "all") return [undefined, undefined];
    if (range === "custom") return [params.get("from") ?? undefined, params.get("to") ?? undefined];
    return presetRange(range, Date.now());
  }, [range, params]);
  const state: OrderState | undefined =
    kind === "approve" ? "requested" : kind === "confirm" ? "approved" : ((params.get("state") as OrderState | null) ?? undefined);
  const grade = params.get("grade");
  const classNumber = params.get("class");

  const other = (OTHER as readonly string[]).includes(params.get("other") ?? "") ? (params.get("other") as OrderDate) : undefined;
  const [otherFrom, otherTo] = other ? [params.get("otherFrom") ?? undefined, params.get("otherTo") ?? undefined] : [];

  const base: OrderFilter = {
    ...(kind === "query" && other && (otherFrom || otherTo)
      ? { otherDate: other, ...(otherFrom ? { otherFrom } : {}), ...(otherTo ? { otherTo } : {}) }
      : {}),
    ...(kind === "query" && from ? { confirmedFrom: from } : {}),
    ...(kind === "query" && to ? { confirmedTo: to } : {}),
    ...(scope.district ? { district: scope.district } : {}),
    ...(scope.schoolId ? { schoolId: scope.schoolId } : {}),
    ...(grade ? { grade: Number(grade) } : {}),
    ...(classNumber ? { classNumber: Number(classNumber) } : {}),
    ...(settled ? { text: settled } : {}),
  };
  const filter: OrderFilter = { ...base, ...(state ? { state } : {}) };
  const { query, items } = usePages("order.list", { filter, limit: 100 });
  const counts = useOp("order.counts", { filter: base }, { keep: true });
  const stateCount = state ? (counts.data?.states.find((s) => s.state === state)?.count ?? { count: 0, more: false }) : counts.data?.total;

  const { picked, all, chooseAll, clear, selection } = useSelection(filter, items);

  const set = (next: Record<string, string | undefined>) => change(next);
  const title = kind === "approve" ? tOrders.approveTitle : kind === "confirm" ? tOrders.confirmTitle : tOrders.title;
  const acts = can("confirm_orders") || can("review_orders");

  const exportRows = async (format: ExportFormat) => {
    try {
      const res = await call("order.export", { filter, format });
      const saved = await platform.saveBlob(res.blobId, res.fileName);
      if (saved) notify.done(`${tCommon.exported(res.rows)}\uFF0C${tCommon.saved(saved.path)}`);
    } catch (thrown) {
      notify.failed(thrown);
    }
  };

  return (
    <Page
      title={title}
      note={kind === "approve" ? tOrders.approveNote : kind === "confirm" ? tOrders.confirmNote : null}
      actions={
        kind === "query" ? (
          <>
            {can("correct_orders") ? (
              <Button icon={<DiffOutlined />} onClick={() => go("/orders/mismatches")} data-testid="orders-mismatches">
                {tMismatches.open}
              </Button>
            ) : null}
            {can("manage_batches") && (state === undefined || state === "confirmed") && settled === "" ? (
              <Button
                type="primary"
                icon={<InboxOutlined />}
                onClick={() => go("/batches/new", { from, to, grade: grade ?? undefined, class: classNumber ?? undefined, other, otherFrom, otherTo })}
                data-testid="orders-batch"
              >
                {tOrders.batchThese}
              </Button>
            ) : null}
            <Button icon={<BarChartOutlined />} onClick={() => setAdding(true)} data-testid="orders-totals">
              {tOrders.totals}
            </Button>
            <SavedFilters params={params} set={set} />
            <Button icon={<DownloadOutlined />} onClick={() => void exportRows("csv")} disabled={items.length === 0} data-testid="orders-export-csv">
              {tOrders.exportCsv}
            </Button>
            <Button icon={<DownloadOutlined />} onClick={() => void exportRows("xlsx")} disabled={items.length === 0} data-testid="orders-export">
              {tOrders.export}
            </Button>
          </>
        ) : null
      }
      fill
      toolbar={
        <>
          {kind === "query" ? (
            <div className="ek-row ek-whole">
              <span className="ek-label" id="orders-range-label">
                {tOrders.rangeLabel}
              </span>
              <Segmented
                value={range}
                aria-labelledby="orders-range-label"
                onChange={(next) =>
                  set({
                    range: next,
                    from: next === "custom" ? (from ?? presetRange("month", Date.now())[0]) : undefined,
                    to: next === "custom" ? (to ?? presetRange("today", Date.now())[1]) : undefined,
                  })
                }
                options={RANGES.map((r) => ({ value: r, label: <span data-testid={`orders-range-${r}`}>{tOrders.ranges[r]}</span> }))}
              />
              {range === "custom" ? (
                <DatePicker.RangePicker
                  allowClear={false}
                  format="YYYY-MM-DD"
                  value={from && to ? [dayjs(from), dayjs(to)] : null}
                  placeholder={[tOrders.from, tOrders.to]}
                  onChange={(days) => set({ from: days?.[0]?.format("YYYY-MM-DD"), to: days?.[1]?.format("YYYY-MM-DD") })}
                  data-testid="orders-range-picker"
                />
              ) : from && to ? (
                <span className="ek-faint" data-testid="orders-range-days">
                  {from === to ? from : `${from} – ${to}`}
                </span>
              ) : null}
              <Select<OrderDate>
                allowClear
                placeholder={tOrders.otherDate}
                aria-label={tOrders.otherDate}
                style={{ width: "13em" }}
                value={other ?? null}
                options={OTHER.map((date) => ({ value: date, label: tOrders.otherDates[date] }))}
                onChange={(next?: OrderDate) => set({ other: next, ...(next ? {} : { otherFrom: undefined, otherTo: undefined }) })}
                data-testid="orders-other"
              />
              {other ? (
                <DatePicker.RangePicker
                  allowEmpty={[true, true]}
                  format="YYYY-MM-DD"
                  value={[otherFrom ? dayjs(otherFrom) : null, otherTo ? dayjs(otherTo) : null]}
                  placeholder={[tOrders.from, tOrders.to]}
                  onChange={(days) => set({ otherFrom: days?.[0]?.format("YYYY-MM-DD"), otherTo: days?.[1]?.format("YYYY-MM-DD") })}
                  data-testid="orders-other-picker"
                />
              ) : null}
            </div>
          ) : null}
          <SchoolPicker testId="orders-school" width={240} />
          <ClassFilter prefix="orders" grade={grade} classNumber={classNumber} onChange={set} />
          <Input
            data-search=""
            allowClear
            prefix={<SearchOutlined />}
            placeholder={tOrders.text}
            aria-label={tOrders.text}
            style={{ width: "14.3em" }}
            value={text}
            onChange={(e) => setText(e.target.value)}
            data-testid="orders-text"
          />
          {kind === "query" ? (
            <div className="ek-strip" role="radiogroup" aria-label={tOrders.strip}>
              <StripItem active={state === undefined} name={tOrders.stateAll} count={counts.data ? capped(counts.data.total) : ""} onClick={() => set({ state: undefined })} testId="orders-state-all" />
              {(counts.data?.states ?? []).map((s) =>
                s.count.count > 0 || s.state === state ? (
                  <StripItem
                    key={s.state}
                    active={state === s.state}
                    name={s.name || tOrderState[s.state]}
                    count={capped(s.count)}
                    onClick={() => set({ state: s.state === state ? undefined : s.state })}
                    testId={`orders-state-${s.state}`}
                  />
                ) : null,
              )}
            </div>
          ) : null}
        </>
      }
      footer={
        acts ? (
          <OrderActions
            kind={kind}
            chosen={picked}
            all={all}
            filter={filter}
            total={stateCount}
            loaded={items.length}
            onAll={state ? chooseAll : undefined}
            onClear={clear}
          />
        ) : null
      }
    >
      <PagedTable
        label={title}
        testId="orders"
        items={items}
        query={query}
        columns={COLUMNS[kind]}
        rowKey={(o) => o.id}
        rowTestId={(o) => `order-row-${o.id}`}
        {...(acts ? { selection } : {})}
        total={stateCount ? capped(stateCount) : undefined}
        empty={
          kind === "approve" ? (
            <EmptyState title={tOrders.approveEmpty} hint={tOrders.approveEmptyHint} />
          ) : kind === "confirm" ? (
            <EmptyState title={tOrders.confirmEmpty} hint={tOrders.confirmEmptyHint} />
          ) : (
            <EmptyState title={tOrders.empty} hint={tOrders.emptyHint}>
              <Button
                onClick={() => {
                  setText("");
                  set({
                    range: "all",
                    from: undefined,
                    to: undefined,
                    state: undefined,
                    grade: undefined,
                    class: undefined,
                    other: undefined,
                    otherFrom: undefined,
                    otherTo: undefined,
                  });
                }}
              >
                {tCommon.clearFilters}
              </Button>
            </EmptyState>
          )
        }
      />
      {adding ? (
        <Totals
          place={{
            ...(from ? { confirmedFrom: from } : {}),
            ...(to ? { confirmedTo: to } : {}),
            ...(scope.district ? { district: scope.district } : {}),
            ...(scope.schoolId ? { schoolId: scope.schoolId } : {}),
          }}
          range={from && to ? (from === to ? from : `${from} – ${to}`) : tOrders.totalsAlways}
          onClose={() => setAdding(false)}
        />
      ) : null}
    </Page>
  );
}

function StripItem(props: { active: boolean; name: string; count: string; onClick: () => void; testId: string }) {
  return (
    <button type="button" role="radio" aria-checked={props.active} onClick={props.onClick} data-testid={props.testId}>
      {props.name} <b>{props.count}</b>
    </button>
  );
}
