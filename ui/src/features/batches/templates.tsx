// 制卡模板: the columns of a bureau's production and result files, edited as a table.
import { ArrowDownOutlined, ArrowLeftOutlined, ArrowUpOutlined, DeleteOutlined, PlusOutlined } from "@ant-design/icons";
import { App, Button, Checkbox, Input, Popover, Select } from "antd";
import { useState } from "react";
import type { CardTemplateView, CodePair, Encoding, FileFormat, PhotoNames, ProductionColumn, ResultColumns, Source, SourceChoice, TemplateContent } from "../../api.gen";
import { Lines, useNotify } from "../../shared/components/feedback";
import { Page, Panel } from "../../shared/components/page";
import { EmptyState, QueryView, errorLines } from "../../shared/components/states";
import { useAction, useOp } from "../../shared/query";
import { go } from "../../shared/router";
import { useScope } from "../../shared/scope";
import { useSession } from "../../shared/session";
import { tBatches, tCommon, tTemplates } from "../../shared/texts";

const FORMATS: readonly FileFormat[] = ["xlsx", "csv"];
const ENCODINGS: readonly Encoding[] = ["utf-8", "gb18030"];
const PHOTOS: readonly PhotoNames[] = ["none", "paper", "studentNumber", "oldCard", "lineNo"];
const RESULT = ["lineNo", "paper", "name", "cardNo", "serialNo", "citizenNo", "outcome", "reason", "validUntil"] as const satisfies readonly (keyof ResultColumns)[];

export function Templates() {
  const scope = useScope();
  // Who has one district, or one school of it, has nothing to choose.
  const district = scope.district ?? scope.school?.district ?? (scope.districts.length === 1 ? scope.districts[0]?.code : undefined);
  const query = useOp("batch.templates", district ? { district } : null);
  const [chosen, setChosen] = useState<string | null>(null);
  return (
    <Page
      title={tTemplates.title}
      note={tTemplates.note}
      actions={
        <Button icon={<ArrowLeftOutlined />} onClick={() => go("/batches")} data-testid="templates-back">
          {tBatches.back}
        </Button>
      }
    >
      {district ? (
        <QueryView query={query}>
          {(data) => {
            const template = data.items.find((t) => t.name === chosen) ?? data.items[0];
            if (!template) return null;
            return (
              <>
                <div className="ek-row">
                  <span className="ek-label" id="template-label">
                    {tTemplates.choose}
                  </span>
                  <Select
                    aria-labelledby="template-label"
                    style={{ width: "20em" }}
                    value={template.name}
                    onChange={setChosen}
                    options={data.items.map((t) => ({ value: t.name, label: t.id ? t.name : `${t.name}${tTemplates.shipped}` }))}
                    data-testid="template-choose"
                  />
                </div>
                <Editor key={`${template.id ?? template.name} ${template.version}`} district={district} template={template} sources={data.sources} onSaved={setChosen} />
              </>
            );
          }}
        </QueryView>
      ) : (
        <EmptyState title={tTemplates.district} />
      )}
    </Page>
  );
}

function Editor(props: { district: string; template: CardTemplateView; sources: readonly SourceChoice[]; onSaved: (name: string) => void }) {
  const { template, district } = props;
  const { can } = useSession();
  const { modal } = App.useApp();
  const notify = useNotify();
  const save = useAction("batch.saveTemplate");
  const remove = useAction("batch.deleteTemplate");
  const [name, setName] = useState(template.name);
  const [content, setContent] = useState<TemplateContent>(template.content);
  const [lines, setLines] = useState<string[]>([]);
  const edits = can("manage_batches");

  const set = (change: Partial<TemplateContent>) => setContent({ ...content, ...change });
  const setColumn = (at: number, change: Partial<ProductionColumn>) => set({ columns: content.columns.map((c, i) => (i === at ? { ...c, ...change } : c)) });
  const move = (at: number, by: number) => {
    const columns = [...content.columns];
    const [column] = columns.splice(at, 1);
    if (column) columns.splice(at + by, 0, column);
    set({ columns });
  };
  const write = async (asNew: boolean) => {
    setLines([]);
    try {
      const saved = await save.mutateAsync({ district, name, content, ...(asNew || !template.id ? {} : { id: template.id, version: template.version }) });
      notify.done(tTemplates.saved);
      props.onSaved(saved.name);
    } catch (thrown) {
      setLines(errorLines(thrown));
    }
  };
  const drop = () => {
    const { id } = template;
    if (!id) return;
    modal.confirm({
      title: tTemplates.removeTitle(template.name),
      content: tTemplates.removeHint,
      okText: tTemplates.remove,
      cancelText: tCommon.cancel,
      focusable: { autoFocusButton: "cancel" },
      okButtonProps: { danger: true, "data-testid": "template-remove-ok" } as never,
      onOk: () => void remove.mutateAsync({ id }).then(() => notify.done(tTemplates.removed), notify.failed),
    });
  };

  return (
    <fieldset className="ek-plain-fieldset ek-stack" disabled={!edits}>
      <Panel
        title={tTemplates.columns}
        extra={
          edits ? (
            <div className="ek-row">
              {template.id ? (
                <Button danger onClick={drop} data-testid="template-remove">
                  {tTemplates.remove}
                </Button>
              ) : null}
              <Button onClick={() => void write(true)} data-testid="template-copy">
                {tTemplates.copy}
              </Button>
              {template.id ? (
                <Button type="primary" loading={save.isPending} onClick={() => void write(false)} data-testid="template-save">
                  {tTemplates.save}
                </Button>
              ) : null}
            </div>
          ) : null
        }
      >
        <Lines lines={lines} />
        <div className="ek-row">
          <Input aria-label={tTemplates.name} addonBefore={tTemplates.name} style={{ width: "24em" }} maxLength={50} value={name} onChange={(e) => setName(e.target.value)} data-testid="template-name" />
          <Select
            aria-label={tTemplates.format}
            style={{ width: "13em" }}
            value={content.format}
            onChange={(format) => set({ format })}
            options={FORMATS.map((f) => ({ value: f, label: tTemplates.formats[f] }))}
            data-testid="template-format"
          />
          {content.format === "csv" ? (
            <Select
              aria-label={tTemplates.encoding}
              style={{ width: "10em" }}
              value={content.encoding}
              onChange={(encoding) => set({ encoding })}
              options={ENCODINGS.map((e) => ({ value: e, label: tTemplates.encodings[e] }))}
              data-testid="template-encoding"
            />
          ) : null}
          <Select
            aria-label={tTemplates.photos}
            style={{ width: "16em" }}
            value={content.photos}
            onChange={(photos) => set({ photos })}
            options={PHOTOS.map((p) => ({ value: p, label: tTemplates.photoNames[p] }))}
            data-testid="template-photos"
          />
        </div>
        <table className="ek-edit-table" data-testid="template-columns">
          <thead>
            <tr>
              {(["order", "heading", "source", "text", "codes", "empty", "actions"] as const).map((key) => (
                <th key={key} scope="col">
                  {tTemplates.col[key]}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {content.columns.map((column, at) => (
              // Columns have no name of their own: their place is what tells them apart.
              // oxlint-disable-next-line no-array-index-key
              <tr key={at}>
                <td className="ek-num">{at + 1}</td>
                <td>
                  <Input aria-label={tTemplates.col.heading} value={column.heading} onChange={(e) => setColumn(at, { heading: e.target.value })} data-testid={`template-heading-${at}`} />
                </td>
                <td>
                  <Select
                    aria-label={tTemplates.col.source}
                    style={{ width: "9em" }}
                    value={column.source}
                    onChange={(source: Source) => setColumn(at, { source })}
                    options={props.sources.map((s) => ({ value: s.source, label: s.name }))}
                  />
                </td>
                <td>
                  {column.source === "fixed" ? (
                    <Input aria-label={tTemplates.col.text} value={column.text ?? ""} onChange={(e) => setColumn(at, { text: e.target.value })} />
                  ) : (
                    tCommon.none
                  )}
                </td>
                <td>
                  <Codes codes={column.codes} onChange={(codes) => setColumn(at, { codes })} />
                </td>
                <td>
                  <Checkbox aria-label={tTemplates.col.empty} checked={column.mayBeEmpty} onChange={(e) => setColumn(at, { mayBeEmpty: e.target.checked })} />
                </td>
                <td>
                  <Button type="text" size="small" icon={<ArrowUpOutlined />} aria-label={tTemplates.up} disabled={at === 0} onClick={() => move(at, -1)} />
                  <Button type="text" size="small" icon={<ArrowDownOutlined />} aria-label={tTemplates.down} disabled={at === content.columns.length - 1} onClick={() => move(at, 1)} />
                  <Button
                    type="text"
                    size="small"
                    icon={<DeleteOutlined />}
                    aria-label={tTemplates.drop}
                    disabled={content.columns.length === 1}
                    onClick={() => set({ columns: content.columns.filter((_, i) => i !== at) })}
                  />
                </td>
              </tr>
            ))}
          </tbody>
        </table>
        <Button
          icon={<PlusOutlined />}
          onClick={() => set({ columns: [...content.columns, { heading: "", source: "name", codes: [], mayBeEmpty: false }] })}
          data-testid="template-add"
        >
          {tTemplates.add}
        </Button>
      </Panel>
      <ResultPanel result={content.result} onChange={(result) => set({ result })} />
    </fieldset>
  );
}

/** Words with semicolons between them. */
function words(text: string): string[] {
  return text
    .split(/[;；]/)
    .map((word) => word.trim())
    .filter((word) => word !== "");
}

/** A code table as lines of 原值=代码. */
function Codes(props: { codes: readonly CodePair[]; onChange: (codes: CodePair[]) => void }) {
  const [text, setText] = useState(() => props.codes.map((c) => `${c.from}=${c.to}`).join("\n"));
  const read = (next: string) => {
    setText(next);
    props.onChange(
      next
        .split("\n")
        .map((line) => line.trim())
        .filter((line) => line !== "")
        .map((line) => {
          const at = line.search(/[=＝]/);
          return at < 0 ? { from: line, to: "" } : { from: line.slice(0, at).trim(), to: line.slice(at + 1).trim() };
        }),
    );
  };
  return (
    <Popover
      trigger="click"
      title={tTemplates.codesHint}
      content={<Input.TextArea aria-label={tTemplates.col.codes} autoSize={{ minRows: 4, maxRows: 12 }} style={{ width: "16em" }} value={text} onChange={(e) => read(e.target.value)} />}
    >
      <Button size="small">{tTemplates.codesOf(props.codes.length)}</Button>
    </Popover>
  );
}

function ResultPanel(props: { result: ResultColumns; onChange: (result: ResultColumns) => void }) {
  const { result, onChange } = props;
  const set = (key: (typeof RESULT)[number], value: string) => {
    const next: ResultColumns = { ...result };
    if (value === "" && key !== "cardNo") delete next[key];
    else next[key] = value;
    onChange(next);
  };
  return (
    <Panel title={tTemplates.result}>
      <p className="ek-faint">{tTemplates.resultHint}</p>
      <div className="ek-form-grid">
        {RESULT.map((key) => (
          <Input key={key} addonBefore={tTemplates.resultCols[key]} aria-label={tTemplates.resultCols[key]} value={result[key] ?? ""} onChange={(e) => set(key, e.target.value)} data-testid={`template-result-${key}`} />
        ))}
        <Words label={tTemplates.madeWords} words={result.madeWords} onChange={(text) => onChange({ ...result, madeWords: words(text) })} />
        <Words label={tTemplates.failedWords} words={result.failedWords} onChange={(text) => onChange({ ...result, failedWords: words(text) })} />
      </div>
    </Panel>
  );
}

function Words(props: { label: string; words: readonly string[]; onChange: (text: string) => void }) {
  const [text, setText] = useState(() => props.words.join("\uFF1B"));
  return (
    <Input
      addonBefore={props.label}
      aria-label={props.label}
      placeholder={tTemplates.wordsHint}
      value={text}
      onChange={(e) => {
        setText(e.target.value);
        props.onChange(e.target.value);
      }}
    />
  );
}
