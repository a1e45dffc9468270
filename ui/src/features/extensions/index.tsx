// 临时增效: the list of the card office, adding to it, files, and its cleaning.
import { ClearOutlined, HistoryOutlined, ImportOutlined, PlusOutlined, SearchOutlined } from "@ant-design/icons";
import { Button, Input } from "antd";
import { useState } from "react";
import type { ExtensionView } from "../../api.gen";
import type { Column } from "../../shared/components/data-table";
import { Page } from "../../shared/components/page";
import { PagedTable } from "../../shared/components/paged-table";
import { SchoolPicker } from "../../shared/components/school-picker";
import { EmptyState } from "../../shared/components/states";
import { Tag } from "../../shared/components/tags";
import { capped, moment } from "../../shared/formatting";
import { useDebounced } from "../../shared/hooks";
import { usePages } from "../../shared/query";
import { useScope } from "../../shared/scope";
import { useSession } from "../../shared/session";
import { tCommon, tExtensions } from "../../shared/texts";
import { AddModal } from "./add";
import { CleanModal } from "./clean";
import { FileModal } from "./file";
import { Runs } from "./runs";

const COLUMNS: Column<ExtensionView>[] = [
  { key: "name", title: tExtensions.col.name, width: 84, render: (e) => e.pupilName },
  { key: "school", title: tExtensions.col.school, min: 140, render: (e) => e.schoolName },
  { key: "class", title: tExtensions.col.class, width: 108, render: (e) => tCommon.gradeClass(e.gradeName, e.classNumber) },
  { key: "status", title: tExtensions.col.status, width: 72, render: (e) => e.statusName },
  { key: "card", title: tExtensions.col.card, width: 120, render: (e) => e.cardNo ?? tCommon.none },
  { key: "reason", title: tExtensions.col.reason, min: 110, render: (e) => e.reason },
  { key: "made", title: tExtensions.col.made, width: 146, render: (e) => moment(e.madeAt) },
  {
    key: "leaves",
    title: tExtensions.col.leaves,
    width: 170,
    render: (e) => (e.leavesOn === undefined ? <span className="ek-faint">{tExtensions.stays}</span> : <Tag tone="wait">{tExtensions.leaves(e.leavesOn, e.leaveReasonName ?? "")}</Tag>),
  },
];

export function Extensions() {
  const scope = useScope();
  const { can } = useSession();
  const manages = can("manage_extensions");
  const [text, setText] = useState("");
  const settled = useDebounced(text.trim());
  const [open, setOpen] = useState<"add" | "file" | "clean" | "runs" | null>(null);
  const { query, items, pages } = usePages("extension.list", {
    ...(scope.district ? { district: scope.district } : {}),
    ...(scope.schoolId ? { schoolId: scope.schoolId } : {}),
    ...(settled ? { text: settled } : {}),
    limit: 100,
  });
  const total = pages?.[0]?.total;
  // A cleaning is of one district: that of the scope, or the only one.
  const district = scope.school?.district ?? scope.district ?? (scope.districts.length === 1 ? scope.districts[0]?.code : undefined);
  const close = () => setOpen(null);
  return (
    <Page
      title={tExtensions.title}
      note={tExtensions.note}
      fill
      actions={
        <>
          <Button icon={<HistoryOutlined />} onClick={() => setOpen("runs")} data-testid="extensions-runs">
            {tExtensions.runs}
          </Button>
          <Button icon={<ClearOutlined />} onClick={() => setOpen("clean")} data-testid="extensions-clean">
            {manages ? tExtensions.clean : tExtensions.preview}
          </Button>
          {manages ? (
            <>
              <Button icon={<ImportOutlined />} onClick={() => setOpen("file")} data-testid="extensions-file">
                {tExtensions.file}
              </Button>
              <Button type="primary" icon={<PlusOutlined />} onClick={() => setOpen("add")} data-testid="extensions-add">
                {tExtensions.add}
              </Button>
            </>
          ) : null}
        </>
      }
      toolbar={
        <>
          <SchoolPicker testId="extensions-school" width={240} />
          <Input
            data-search=""
            allowClear
            prefix={<SearchOutlined />}
            placeholder={tExtensions.text}
            aria-label={tExtensions.text}
            style={{ width: "18em" }}
            value={text}
            onChange={(e) => setText(e.target.value)}
            data-testid="extensions-text"
          />
        </>
      }
    >
      <PagedTable
        label={tExtensions.title}
        testId="extensions"
        items={items}
        query={query}
        columns={COLUMNS}
        rowKey={(e) => e.id}
        rowTestId={(e) => `extension-row-${e.id}`}
        total={total ? capped(total) : undefined}
        empty={<EmptyState title={tExtensions.none} hint={tExtensions.noneHint} />}
      />
      {open === "add" ? <AddModal onClose={close} /> : null}
      {open === "file" ? <FileModal district={district} onClose={close} /> : null}
      {open === "clean" ? <CleanModal district={district} onClose={close} /> : null}
      {open === "runs" ? <Runs district={district} onClose={close} /> : null}
    </Page>
  );
}
