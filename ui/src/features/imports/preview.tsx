// 核对 and 完成: what the file holds, what is wrong with it, and what was written.
import { ArrowDownOutlined, ArrowUpOutlined, CheckCircleFilled } from "@ant-design/icons";
import { useQueryClient } from "@tanstack/react-query";
import { App, Button, Checkbox, Switch } from "antd";
import { useCallback, useEffect, useRef, useState } from "react";
import type { ImportRowView, ImportSummary, Problem, ProblemGroup } from "../../api.gen";
import { call } from "../../shared/call";
import { Lines, useNotify } from "../../shared/components/feedback";
import { Page, Panel } from "../../shared/components/page";
import { EmptyState, ErrorState, errorLines, LoadingState, QueryView } from "../../shared/components/states";
import { Tag } from "../../shared/components/tags";
import { count, moment } from "../../shared/formatting";
import { useKey } from "../../shared/hooks";
import { runJob } from "../../shared/jobs";
import { useAction, useOp } from "../../shared/query";
import { go, useParams } from "../../shared/router";
import { tCommon, tImport } from "../../shared/texts";
import { importTone } from "../../shared/tones";
import { useBlocks } from "./blocks";
import { Grid, problemsOf, type GridHandle, type Spot } from "./grid";
import { ImportSteps } from "./index";

export function ImportPreview(props: { importId: string }) {
  const query = useOp("import.show", { importId: props.importId });
  const [params, change] = useParams();
  return (
    <QueryView query={query}>
      {({ summary, groups }) => {
        const written = summary.state === "committed" || summary.state === "partly";
        return written && params.get("view") !== "rows" ? (
          <Result summary={summary} onRows={() => change({ view: "rows" })} />
        ) : (
          <Check key={summary.id} summary={summary} groups={groups} onResult={() => change({ view: undefined })} />
        );
      }}
    </QueryView>
  );
}

function Counts(props: { summary: ImportSummary }) {
  const { summary: s } = props;
  return (
    <div className="ek-counts" data-testid="import-counts">
      <b data-testid="import-count-rows">{tImport.counts.rows(s.rows)}</b>
      <span className="ek-ok" data-testid="import-count-valid">
        {tImport.counts.valid(s.valid)}
      </span>
      <span className={s.errors > 0 ? "ek-bad" : "ek-faint"} data-testid="import-count-errors">
        {tImport.counts.errors(s.errors)}
      </span>
      <span className={s.warnings > 0 ? "ek-warn" : "ek-faint"} data-testid="import-count-warnings">
        {tImport.counts.warnings(s.warnings)}
      </span>
      <span className={s.duplicates > 0 ? "ek-bad" : "ek-faint"} data-testid="import-count-duplicates">
        {tImport.counts.duplicates(s.duplicates)}
      </span>
      {s.committed > 0 ? <span className="ek-ok">{tImport.counts.committed(s.committed)}</span> : null}
    </div>
  );
}

function Check(props: { summary: ImportSummary; groups: ProblemGroup[]; onResult: () => void }) {
  const { summary, groups } = props;
  const client = useQueryClient();
  const notify = useNotify();
  const { modal } = App.useApp();
  const [params, change] = useParams();
  const only = params.get("only") === "1";
  const [spot, setSpot] = useState<Spot>({ index: 0, column: 0 });
  const [submit, setSubmit] = useState(false);
  const [busy, setBusy] = useState(false);
  const [lines, setLines] = useState<string[]>([]);
  const grid = useRef<GridHandle>(null);
  const blocks = useBlocks(summary.id, only, summary.committed);
  const discard = useAction("import.discard");
  const open = summary.state === "preview";

  const current = blocks.row(spot.index);
  const jump = useCallback((to: Spot) => {
    setSpot(to);
    // The rows may only exist after this drawing.
    requestAnimationFrame(() => grid.current?.scrollTo(to.index, to.column));
  }, []);

  const columnOf = useCallback(
    (letter: string | undefined, heading: string | undefined) => {
      const i = summary.columns.findIndex((c) => (letter === undefined ? c.heading === heading : c.letter === letter));
      return Math.max(0, i);
    },
    [summary.columns],
  );

  const problem = useCallback(
    async (backwards: boolean) => {
      const row = blocks.row(spot.index);
      if (row) {
        const bad = summary.columns.flatMap((_, i) => (problemsOf(row, summary.columns, i).some((p) => p.severity !== "note") ? [i] : []));
        const next = backwards ? bad.findLast((i) => i < spot.column) : bad.find((i) => i > spot.column);
        if (next !== undefined) {
          jump({ index: spot.index, column: next });
          return;
        }
      }
      try {
        const hit = await call("import.nextProblem", {
          importId: summary.id,
          afterRow: row?.row ?? 0,
          ...(backwards ? { backwards } : {}),
          ...(only ? { onlyProblems: only } : {}),
        });
        if (hit.index !== undefined) jump({ index: hit.index, column: columnOf(hit.column, undefined) });
        else notify.hint(backwards ? tImport.problemFirst : tImport.problemLast);
      } catch (thrown) {
        notify.failed(thrown);
      }
    },
    [blocks, spot, summary, only, jump, columnOf, notify],
  );

  const first = async (group: ProblemGroup) => {
    try {
      const hit = await call("import.nextProblem", { importId: summary.id, afterRow: group.firstRow - 1, ...(only ? { onlyProblems: only } : {}) });
      if (hit.index !== undefined) jump({ index: hit.index, column: columnOf(undefined, group.heading) });
      grid.current?.focus();
    } catch (thrown) {
      notify.failed(thrown);
    }
  };

  const commit = async (mode: "valid" | "all") => {
    setBusy(true);
    setLines([]);
    try {
      await runJob("import.commit", { importId: summary.id, mode, ...(submit ? { submit } : {}) }, tImport.jobCommit(summary.fileName));
      await client.invalidateQueries();
      props.onResult();
    } catch (thrown) {
      if (!(thrown instanceof Error && thrown.name === "AbortError")) setLines(errorLines(thrown));
    } finally {
      setBusy(false);
    }
  };

  useKey((e) => {
    if (e.key === "F8") {
      e.preventDefault();
      void problem(e.shiftKey);
    } else if (e.key === "Enter" && e.ctrlKey && open && summary.valid > 0 && !busy) {
      e.preventDefault();
      void commit("valid");
    }
  });

  // The first problem is what the person came for.
  const started = useRef(false);
  useEffect(() => {
    if (started.current || blocks.total === null) return;
    started.current = true;
    const top = groups.filter((g) => g.severity !== "note").toSorted((a, b) => a.firstRow - b.firstRow)[0];
    if (top) void first(top);
  });

  return (
    <Page
      title={open ? tImport.title : tImport.listTitle}
      note={
        <span>
          {summary.schoolName} · {summary.fileName} · {tImport.where(summary.sheet, summary.headingRow)}
        </span>
      }
      actions={
        open ? null : summary.state === "discarded" || summary.state === "undone" ? (
          <Tag tone={importTone[summary.state]}>{tImport.state[summary.state]}</Tag>
        ) : (
          <Button onClick={props.onResult}>{tImport.resultBack}</Button>
        )
      }
      fill
      toolbar={
        <>
          {open ? <ImportSteps current={2} /> : null}
          <div className="ek-check-bar">
            <Counts summary={summary} />
            <span className="ek-grow" />
            <label className="ek-switch">
              <Switch
                size="small"
                checked={only}
                onChange={(on) => {
                  setSpot({ index: 0, column: 0 });
                  change({ only: on ? "1" : undefined });
                }}
                data-testid="import-only-problems"
              />
              {tImport.onlyProblems}
            </label>
            <Button icon={<ArrowUpOutlined />} onClick={() => void problem(true)} data-tip="Shift + F8" data-testid="import-previous-problem">
              {tImport.previousProblem}
            </Button>
            <Button icon={<ArrowDownOutlined />} onClick={() => void problem(false)} data-tip="F8" data-testid="import-next-problem">
              {tImport.nextProblem}
            </Button>
          </div>
        </>
      }
      footer={
        open ? (
          <>
            <Button
              danger
              data-testid="import-discard"
              onClick={() =>
                modal.confirm({
                  title: tImport.discardTitle(summary.rows),
                  content: tImport.discardHint,
                  okText: tImport.discardKeep,
                  cancelText: tImport.discard,
                  cancelButtonProps: { danger: true, "data-testid": "import-discard-confirm" } as never,
                  onCancel: () =>
                    discard.mutate(
                      { importId: summary.id },
                      {
                        onSuccess: () => {
                          notify.done(tImport.discarded);
                          go("/imports");
                        },
                        onError: notify.failed,
                      },
                    ),
                })
              }
            >
              {tImport.discard}
            </Button>
            <span className="ek-grow ek-faint ek-foot-note">{summary.errors > 0 && summary.valid > 0 ? tImport.commitNote(summary.errors) : null}</span>
            <Checkbox checked={submit} onChange={(e) => setSubmit(e.target.checked)} data-testid="import-submit">
              {tImport.submitToo}
            </Checkbox>
            <span data-tip={summary.errors > 0 ? tImport.commitAllBlocked(summary.errors) : undefined}>
              <Button disabled={summary.errors > 0 || busy} onClick={() => void commit("all")} data-testid="import-commit-all">
                {tImport.commitAll}
              </Button>
            </span>
            <Button type="primary" disabled={summary.valid === 0} loading={busy} onClick={() => void commit("valid")} data-testid="import-commit">
              {summary.valid === 0 ? tImport.commitNone : tImport.commitValid(summary.valid)}
            </Button>
          </>
        ) : null
      }
    >
      {lines.length > 0 ? <Lines lines={lines} /> : null}
      <div className="ek-check-wrap">
        <div className="ek-check-main">
          {blocks.total === null ? (
            blocks.error ? (
              <ErrorState error={blocks.error} title={tImport.blockFailed} onRetry={blocks.retry} />
            ) : (
              <LoadingState rows={12} />
            )
          ) : blocks.total === 0 ? (
            <EmptyState title={tImport.rowsNone} hint={tImport.rowsNoneHint}>
              <Button onClick={() => change({ only: undefined })}>{tCommon.clearFilters}</Button>
            </EmptyState>
          ) : (
            <Grid
              ref={grid}
              columns={summary.columns}
              total={blocks.total}
              row={blocks.row}
              want={blocks.want}
              spot={spot}
              onSpot={setSpot}
            />
          )}
        </div>
        <aside className="ek-check-side">
          <Panel title={tImport.groups} className="ek-groups">
            {summary.fileProblems.length > 0 ? (
              <ul className="ek-file-notes" aria-label={tImport.fileNotes}>
                {summary.fileProblems.map((p) => (
                  <li key={p.message} data-severity={p.severity}>
                    {p.message}
                  </li>
                ))}
              </ul>
            ) : null}
            {groups.length === 0 ? (
              <p className="ek-ok">
                <CheckCircleFilled /> {tImport.groupsNone} {tImport.groupsNoneHint}
              </p>
            ) : (
              <ul className="ek-group-list" data-testid="import-groups">
                {groups.map((g) => (
                  <li key={`${g.code}-${g.heading ?? ""}`}>
                    <button type="button" onClick={() => void first(g)} data-severity={g.severity} data-tip={tImport.groupFirst(g.firstRow)} data-testid={`import-group-${g.code}`}>
                      <i aria-hidden="true" />
                      <span>
                        {g.heading ? <b>{g.heading} </b> : null}
                        {shortened(g.sample)}
                      </span>
                      <em>{count(g.count)}</em>
                    </button>
                  </li>
                ))}
              </ul>
            )}
          </Panel>
          <Panel className="ek-cell-panel">
            <CellInfo row={current} columns={summary.columns} column={spot.column} />
          </Panel>
        </aside>
      </div>
    </Page>
  );
}

/** The sample names its own row; in a list of kinds the place only distracts. */
function shortened(message: string): string {
  return message.replace(/^[^\uFF1A]*\d[^\uFF1A]*\uFF1A/, "");
}

function CellInfo(props: { row: ImportRowView | undefined; columns: ImportSummary["columns"]; column: number }) {
  const { row, columns } = props;
  const column = columns[props.column];
  if (!row || !column) return null;
  const here = problemsOf(row, columns, props.column);
  const rest = row.problems.filter((p) => !here.includes(p));
  return (
    <div data-testid="import-cell-panel" aria-live="polite">
      <h2>{tImport.cellTitle(row.row, column.letter ? tImport.cellColumn(column.letter, column.heading) : column.heading)}</h2>
      <p className="ek-cell-value">
        <span className="ek-faint">{tImport.cellValue}</span> <b>{row.cells[props.column] || tImport.cellBlank}</b>
      </p>
      {here.length === 0 ? <p className="ek-faint">{row.state === "committed" ? tImport.rowCommitted : tImport.cellFine}</p> : null}
      {here.map((p) => (
        <ProblemLine key={`${p.code}-${p.message}`} problem={p} />
      ))}
      {rest.length > 0 ? (
        <>
          <h3>{tImport.otherInRow}</h3>
          {rest.map((p) => (
            <ProblemLine key={`${p.code}-${p.message}`} problem={p} />
          ))}
        </>
      ) : null}
    </div>
  );
}

function ProblemLine(props: { problem: Problem }) {
  const { problem: p } = props;
  return (
    <div className="ek-problem" data-severity={p.severity}>
      <b>{tImport.severity[p.severity]}</b> {p.message}
      {p.suggestion ? (
        <div>
          <span className="ek-faint">{tImport.suggestion}</span> {p.suggestion}
        </div>
      ) : null}
    </div>
  );
}

function Result(props: { summary: ImportSummary; onRows: () => void }) {
  const { summary: s } = props;
  const rest = s.rows - s.committed;
  return (
    <Page title={tImport.title} note={`${s.schoolName} · ${s.fileName}`} toolbar={<ImportSteps current={4} />}>
      <div className="ek-result" data-testid="import-result">
        <CheckCircleFilled className="ek-result-icon" />
        <h2>{tImport.resultTitle(s.committed)}</h2>
        {s.committedAt === undefined ? null : (
          <p className="ek-faint">
            {moment(s.committedAt)} · {s.createdBy}
          </p>
        )}
        <p>{s.submittedAt === undefined ? tImport.resultDraft : tImport.resultSubmitted(s.submittedAt)}</p>
        {rest > 0 ? <p className="ek-warn">{tImport.resultRest(rest)}</p> : null}
        <div className="ek-state-actions">
          <Button type="primary" autoFocus onClick={() => go("/pupils", { import: s.id, s: s.schoolId, d: undefined })} data-testid="import-open-pupils">
            {tImport.resultOpen}
          </Button>
          <Button onClick={props.onRows} data-testid="import-result-rows">
            {tImport.resultRows}
          </Button>
          <Button onClick={() => go("/imports/new")} data-testid="import-again">
            {tImport.resultAgain}
          </Button>
        </div>
      </div>
    </Page>
  );
}
