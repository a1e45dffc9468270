// 导入记录: every import is kept, with who, when and what became of it, and can be opened again.
import { ImportOutlined } from "@ant-design/icons";
import { Button, Popover, Select } from "antd";
import type { ImportOf, ImportState, ImportSummary } from "../../api.gen";
import type { Column } from "../../shared/components/data-table";
import { Page } from "../../shared/components/page";
import { PagedTable } from "../../shared/components/paged-table";
import { EmptyState } from "../../shared/components/states";
import { Tag } from "../../shared/components/tags";
import { count, moment } from "../../shared/formatting";
import { usePages } from "../../shared/query";
import { go, useParams } from "../../shared/router";
import { useScope } from "../../shared/scope";
import { tCommon, tImport } from "../../shared/texts";
import { importTone } from "../../shared/tones";

const STATES = ["preview", "partly", "committed", "undone", "discarded"] as const satisfies readonly ImportState[];
const KINDS = ["new_pupils", "registrations", "classes"] as const satisfies readonly ImportOf[];

const COLUMNS: Column<ImportSummary>[] = [
  { key: "time", title: tImport.col.time, width: 140, render: (i) => moment(i.createdAt) },
  { key: "file", title: tImport.col.file, min: 150, render: (i) => i.fileName },
  { key: "kind", title: tImport.col.kind, width: 84, render: (i) => tImport.kinds[i.kind] },
  { key: "school", title: tCommon.school, min: 120, render: (i) => i.schoolName },
  { key: "state", title: tCommon.state, width: 88, render: (i) => <Tag tone={importTone[i.state]}>{tImport.state[i.state]}</Tag> },
  { key: "rows", title: tImport.col.rows, width: 64, align: "right", render: (i) => count(i.rows) },
  { key: "saved", title: tImport.col.saved, width: 70, align: "right", render: (i) => count(i.committed) },
  { key: "errors", title: tImport.col.errors, width: 70, align: "right", render: (i) => <span className={i.errors > 0 ? "ek-bad" : undefined}>{count(i.errors)}</span> },
  { key: "by", title: tImport.col.by, width: 84, render: (i) => i.createdBy },
  {
    key: "act",
    title: tCommon.actions,
    width: 112,
    whole: true,
    render: (i) => (
      <>
        <Button type="link" onClick={() => go(`/imports/${i.id}`)} data-testid={`import-open-${i.id}`}>
          {tImport.open}
        </Button>
        <Popover trigger="click" placement="left" title={tImport.detail} content={<Detail summary={i} />}>
          <Button type="link" data-testid={`import-detail-${i.id}`}>
            {tImport.detailShort}
          </Button>
        </Popover>
      </>
    ),
  },
];

function Detail(props: { summary: ImportSummary }) {
  const { summary: s } = props;
  const lines: [string, string][] = [
    [tImport.col.file, s.fileName],
    [tImport.sha, s.fileSha256],
    [tImport.sheet, tImport.where(s.sheet, s.headingRow)],
    [tImport.col.time, moment(s.createdAt)],
    ...(s.committedAt === undefined ? [] : [[tImport.committedAt, moment(s.committedAt)] as [string, string]]),
    ...(s.submittedAt === undefined ? [] : [[tImport.submittedAt, moment(s.submittedAt)] as [string, string]]),
    ...(s.undoneAt === undefined ? [] : [[tImport.undoneAt, moment(s.undoneAt)] as [string, string]]),
    ...(s.purgedAt === undefined ? [] : [[tImport.purgedAt, moment(s.purgedAt)] as [string, string]]),
  ];
  return (
    <dl className="ek-detail" data-testid="import-detail">
      {lines.map(([what, text]) => (
        <div key={what}>
          <dt>{what}</dt>
          <dd>{text}</dd>
        </div>
      ))}
    </dl>
  );
}

export function ImportList() {
  const { schoolId } = useScope();
  const [params, change] = useParams();
  const state = STATES.find((s) => s === params.get("state"));
  const kind = KINDS.find((k) => k === params.get("kind"));
  const { query, items } = usePages("import.list", { limit: 50, ...(schoolId ? { schoolId } : {}), ...(state ? { state } : {}), ...(kind ? { kind } : {}) });
  const add = (
    <Button type="primary" icon={<ImportOutlined />} onClick={() => go("/imports/new")} data-testid="imports-new">
      {tImport.titles.new_pupils}
    </Button>
  );
  return (
    <Page
      title={tImport.listTitle}
      note={tImport.listNote}
      actions={add}
      fill
      toolbar={
        <>
          <Select
            aria-label={tImport.col.kind}
            data-testid="imports-kind"
            style={{ width: "10em" }}
            value={kind ?? ""}
            onChange={(v) => change({ kind: v || undefined })}
            options={[{ value: "", label: tImport.kindAll }, ...KINDS.map((k) => ({ value: k, label: tImport.kinds[k] }))]}
          />
          <Select
            aria-label={tCommon.state}
            data-testid="imports-state"
            style={{ width: "10em" }}
            value={state ?? ""}
            onChange={(v) => change({ state: v || undefined })}
            options={[{ value: "", label: tCommon.allStates }, ...STATES.map((s) => ({ value: s, label: tImport.state[s] }))]}
          />
        </>
      }
    >
      <PagedTable
        label={tImport.listTitle}
        testId="imports"
        items={items}
        query={query}
        columns={COLUMNS}
        rowKey={(i) => i.id}
        rowTestId={(i) => `imports-row-${i.id}`}
        onOpen={(i) => go(`/imports/${i.id}`)}
        empty={
          state || kind ? (
            <EmptyState title={tImport.listNoMatch} hint={tImport.listNoMatchHint}>
              <Button onClick={() => change({ state: undefined, kind: undefined })}>{tCommon.clearFilters}</Button>
            </EmptyState>
          ) : (
            <EmptyState title={tImport.listEmpty} hint={tImport.listEmptyHint}>
              {add}
            </EmptyState>
          )
        }
      />
    </Page>
  );
}
