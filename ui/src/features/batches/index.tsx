// 制卡批次与结果文件: the batches, newest first, each with its ledger.
import { PlusOutlined, TableOutlined } from "@ant-design/icons";
import { Button, Segmented } from "antd";
import type { BatchState, BatchView } from "../../api.gen";
import type { Column } from "../../shared/components/data-table";
import { Page } from "../../shared/components/page";
import { PagedTable } from "../../shared/components/paged-table";
import { EmptyState } from "../../shared/components/states";
import { Tag } from "../../shared/components/tags";
import { count, moment } from "../../shared/formatting";
import { usePages } from "../../shared/query";
import { go, href, useParams } from "../../shared/router";
import { useScope } from "../../shared/scope";
import { useSession } from "../../shared/session";
import { tBatches, tCommon } from "../../shared/texts";
import { batchTone } from "../../shared/tones";

const STATES = ["open", "handed_over", "closed", "discarded"] as const satisfies readonly BatchState[];

const at = (ms: number | undefined) => (ms === undefined ? tCommon.none : moment(ms));

const COLUMNS: Column<BatchView>[] = [
  {
    key: "batchNo",
    title: tBatches.col.batchNo,
    width: 190,
    render: (b) => (
      <a href={href(`/batches/${b.id}`)} data-testid={`batch-open-${b.batchNo}`}>
        {b.batchNo}
      </a>
    ),
  },
  { key: "district", title: tBatches.col.district, min: 90, render: (b) => b.districtName },
  { key: "state", title: tBatches.col.state, width: 96, render: (b) => <Tag tone={batchTone[b.state]}>{b.stateName}</Tag> },
  { key: "ordered", title: tBatches.col.ordered, width: 72, align: "right", render: (b) => count(b.ordered) },
  { key: "made", title: tBatches.col.made, width: 72, align: "right", render: (b) => count(b.made) },
  { key: "failed", title: tBatches.col.failed, width: 72, align: "right", render: (b) => count(b.failed) },
  {
    key: "missing",
    title: tBatches.col.missing,
    width: 84,
    align: "right",
    render: (b) => (b.state === "discarded" ? tCommon.none : count(b.missing)),
  },
  { key: "createdAt", title: tBatches.col.createdAt, width: 146, render: (b) => at(b.createdAt) },
  { key: "handedOverAt", title: tBatches.col.handedOverAt, width: 146, render: (b) => at(b.handedOverAt) },
  { key: "closedAt", title: tBatches.col.closedAt, width: 146, render: (b) => at(b.closedAt) },
];

export function Batches() {
  const scope = useScope();
  const { can } = useSession();
  const [params, change] = useParams();
  const state = STATES.find((s) => s === params.get("state"));
  const overdue = params.get("state") === "overdue";
  const request = { ...(scope.district ? { district: scope.district } : {}), ...(state ? { state } : {}), ...(overdue ? { overdue } : {}), limit: 100 };
  const { query, items } = usePages("batch.list", request);
  const create = can("manage_batches") ? (
    <Button type="primary" icon={<PlusOutlined />} onClick={() => go("/batches/new")} data-testid="batch-new">
      {tBatches.create}
    </Button>
  ) : null;
  return (
    <Page
      title={tBatches.title}
      note={tBatches.note}
      fill
      actions={
        <>
          <Button icon={<TableOutlined />} onClick={() => go("/batches/templates")} data-testid="batch-templates">
            {tBatches.templates}
          </Button>
          {create}
        </>
      }
      toolbar={
        <Segmented
          value={overdue ? "overdue" : (state ?? "all")}
          aria-label={tBatches.stateLabel}
          onChange={(next) => change({ state: next === "all" ? undefined : next })}
          options={[
            { value: "all", label: tBatches.stateAll },
            ...STATES.map((s) => ({ value: s as string, label: <span data-testid={`batches-state-${s}`}>{tBatches.states[s]}</span> })),
            { value: "overdue", label: <span data-testid="batches-overdue">{tBatches.overdue}</span> },
          ]}
        />
      }
    >
      <PagedTable
        label={tBatches.title}
        testId="batches"
        items={items}
        query={query}
        columns={COLUMNS}
        rowKey={(b) => b.id}
        rowTestId={(b) => `batch-row-${b.batchNo}`}
        onOpen={(b) => go(`/batches/${b.id}`)}
        empty={
          <EmptyState title={tBatches.empty} hint={tBatches.emptyHint}>
            {create}
          </EmptyState>
        }
      />
    </Page>
  );
}
