// 导入记录: every import is kept and can be opened again.
import { ImportOutlined } from "@ant-design/icons";
import { Button } from "antd";
import type { ImportSummary } from "../../api.gen";
import type { Column } from "../../shared/components/data-table";
import { Page } from "../../shared/components/page";
import { PagedTable } from "../../shared/components/paged-table";
import { EmptyState } from "../../shared/components/states";
import { Tag } from "../../shared/components/tags";
import { count, moment } from "../../shared/formatting";
import { usePages } from "../../shared/query";
import { go } from "../../shared/router";
import { useScope } from "../../shared/scope";
import { tCommon, tImport } from "../../shared/texts";
import { importTone } from "../../shared/tones";

const COLUMNS: Column<ImportSummary>[] = [
  { key: "time", title: tImport.col.time, width: 150, render: (i) => moment(i.createdAt) },
  { key: "file", title: tImport.col.file, min: 180, render: (i) => i.fileName },
  { key: "school", title: tCommon.school, min: 140, render: (i) => i.schoolName },
  { key: "state", title: tCommon.state, width: 100, render: (i) => <Tag tone={importTone[i.state]}>{tImport.state[i.state]}</Tag> },
  { key: "rows", title: tImport.col.rows, width: 80, align: "right", render: (i) => count(i.rows) },
  { key: "saved", title: tImport.col.saved, width: 80, align: "right", render: (i) => count(i.committed) },
  { key: "errors", title: tImport.col.errors, width: 80, align: "right", render: (i) => <span className={i.errors > 0 ? "ek-bad" : undefined}>{count(i.errors)}</span> },
  { key: "by", title: tImport.col.by, width: 90, render: (i) => i.createdBy },
  {
    key: "act",
    title: tCommon.actions,
    width: 80,
    whole: true,
    render: (i) => (
      <Button type="link" onClick={() => go(`/imports/${i.id}`)} data-testid={`import-open-${i.id}`}>
        {tImport.open}
      </Button>
    ),
  },
];

export function ImportList() {
  const { schoolId } = useScope();
  const { query, items } = usePages("import.list", { limit: 50, ...(schoolId ? { schoolId } : {}) });
  const add = (
    <Button type="primary" icon={<ImportOutlined />} onClick={() => go("/imports/new")} data-testid="imports-new">
      {tImport.title}
    </Button>
  );
  return (
    <Page title={tImport.listTitle} actions={add} fill>
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
          <EmptyState title={tImport.listEmpty} hint={tImport.listEmptyHint}>
            {add}
          </EmptyState>
        }
      />
    </Page>
  );
}
