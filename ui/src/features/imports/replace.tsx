// 替换整列: one text of a column for another in all rows, with the number of rows before it is done.
import { useQuery } from "@tanstack/react-query";
import { Form, Input } from "antd";
import type { ImportSummary } from "../../api.gen";
import { call } from "../../shared/call";
import { FormModal } from "../../shared/components/form-modal";
import { useDebounced } from "../../shared/hooks";
import { tImport } from "../../shared/texts";
import { isOpenRow } from "./grid";

/** Rows that one request may bring. */
const PAGE = 500;

/** Rows that can still change and hold exactly this text in a column. */
export async function countCells(importId: string, column: number, text: string, signal?: AbortSignal): Promise<number> {
  const wanted = text.trim();
  let found = 0;
  for (let start = 0; ; start += PAGE) {
    // Pages one after the other: a long file must not stand in the page as a whole.
    // oxlint-disable-next-line no-await-in-loop
    const { total, rows } = await call("import.rows", { importId, start, limit: PAGE }, { signal });
    found += rows.filter((r) => isOpenRow(r) && (r.cells[column] ?? "").trim() === wanted).length;
    if (start + PAGE >= total) return found;
  }
}

type Values = { from: string; to: string };

export function ReplaceDialog(props: {
  summary: ImportSummary;
  column: number;
  from: string;
  to: string;
  onSubmit: (from: string, to: string) => Promise<void>;
  onClose: () => void;
}) {
  const { summary } = props;
  const column = summary.columns[props.column];
  return (
    <FormModal<Values>
      title={tImport.replaceTitle(column?.heading ?? "")}
      note={tImport.replaceNote}
      initial={{ from: props.from, to: props.to }}
      fields={{ from: tImport.replaceFrom, to: tImport.replaceTo }}
      submitText={tImport.replaceSubmit}
      submitTestId="import-replace-submit"
      width={440}
      onSubmit={(v) => props.onSubmit(v.from ?? "", v.to ?? "")}
      onClose={props.onClose}
    >
      <Form.Item name="from" label={tImport.replaceFrom}>
        <Input data-testid="import-replace-from" maxLength={200} placeholder={tImport.cellBlank} autoComplete="off" />
      </Form.Item>
      <Form.Item name="to" label={tImport.replaceTo}>
        <Input data-testid="import-replace-to" maxLength={200} placeholder={tImport.cellBlank} autoComplete="off" />
      </Form.Item>
      <Touched summary={summary} column={props.column} />
    </FormModal>
  );
}

function Touched(props: { summary: ImportSummary; column: number }) {
  const { id, undoable } = props.summary;
  const from = useDebounced((Form.useWatch("from") as string | undefined) ?? "");
  const counted = useQuery({
    queryKey: ["import.count", id, props.column, from, undoable],
    queryFn: ({ signal }) => countCells(id, props.column, from, signal),
  });
  return (
    <p aria-live="polite" data-testid="import-replace-count">
      {counted.data === undefined ? <span className="ek-faint">{tImport.replaceCounting}</span> : counted.data === 0 ? <span className="ek-warn">{tImport.replaceNone}</span> : tImport.replaceCount(counted.data)}
    </p>
  );
}
