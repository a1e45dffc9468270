// 核对: what the file holds, what is wrong with it, and its repair, cell by cell or many at once.
import { ArrowDownOutlined, ArrowUpOutlined, ReloadOutlined } from "@ant-design/icons";
import { useQueryClient } from "@tanstack/react-query";
import { Alert, App, Button, Checkbox, Spin, Switch } from "antd";
import { useCallback, useEffect, useRef, useState } from "react";
import type { DoctorRow, ImportChange, ImportRowView, ImportSummary, Problem, ProblemGroup, Reread } from "../../api.gen";
import { call } from "../../shared/call";
import { Lines, useNotify } from "../../shared/components/feedback";
import { Page } from "../../shared/components/page";
import { EmptyState, ErrorState, errorLines, LoadingState } from "../../shared/components/states";
import { Tag } from "../../shared/components/tags";
import { useKey } from "../../shared/hooks";
import { runJob } from "../../shared/jobs";
import { useAction } from "../../shared/query";
import { go, useParams } from "../../shared/router";
import { tCommon, tImport } from "../../shared/texts";
import { importTone } from "../../shared/tones";
import { useBlocks } from "./blocks";
import { useChanges } from "./changes";
import { Counts } from "./counts";
import { Doctor } from "./doctor";
import { Grid, isOpenRow, problemsOf, type GridHandle, type Spot } from "./grid";
import { putImport, rereadImport, takeRows, useReading, useReread } from "./read";
import { ReplaceDialog } from "./replace";
import { CellPanel, Groups } from "./side";
import { ImportSteps } from "./steps";
import { ErrorWorkbookButton } from "./workbook";

/** Rows that one request may bring. */
const PAGE = 500;

export function Check(props: { summary: ImportSummary; groups: ProblemGroup[]; onResult: () => void }) {
  const { summary, groups } = props;
  const { columns } = summary;
  const client = useQueryClient();
  const notify = useNotify();
  const { modal } = App.useApp();
  const [params, change] = useParams();
  const only = params.get("only") === "1";
  const [spot, setSpot] = useState<Spot>({ index: 0, column: 0 });
  const [submit, setSubmit] = useState(false);
  const [busy, setBusy] = useState(false);
  const [lines, setLines] = useState<string[]>([]);
  const [dialog, setDialog] = useState<"replace" | "doctor" | null>(null);
  const grid = useRef<GridHandle>(null);
  const blocks = useBlocks(summary.id, only, summary, takeRows);
  const discard = useAction("import.discard");
  const kept = summary.purgedAt === undefined && summary.state !== "discarded";
  const open = kept && (summary.state === "preview" || summary.state === "partly");
  const pupils = summary.kind !== "classes";
  const drop = useReading(summary.schoolId, summary.kind, open);
  const [reread, closeReread] = useReread(summary.id);

  const current = blocks.row(spot.index);

  // The cursor stays on its row when rows above leave the filter, and on its place when its own row does.
  const cursor = useRef<{ spot: Spot; row: number | undefined }>({ spot, row: undefined });
  const moves = useRef(0);
  const place = useCallback(
    (to: Spot, row?: number) => {
      moves.current += 1;
      cursor.current = { spot: to, row: row ?? blocks.row(to.index)?.row };
      setSpot(to);
    },
    [blocks],
  );
  useEffect(
    () =>
      blocks.subscribe(() => {
        if (!blocks.fresh || blocks.total === null || blocks.total === 0) return;
        const { spot: at, row } = cursor.current;
        const index = (row === undefined ? undefined : blocks.indexOf(row)) ?? Math.min(at.index, blocks.total - 1);
        cursor.current = { spot: { ...at, index }, row: blocks.row(index)?.row ?? row };
        if (index !== at.index) setSpot(cursor.current.spot);
      }),
    [blocks],
  );

  const jump = useCallback(
    (to: Spot, row?: number) => {
      place(to, row);
      // The rows may only exist after this drawing.
      requestAnimationFrame(() => grid.current?.scrollTo(to.index, to.column));
    },
    [place],
  );

  const settled = useCallback(
    (done: ImportChange | null) => {
      if (done) blocks.patch(done.rows);
      else blocks.refresh();
    },
    [blocks],
  );
  const changes = useChanges(summary.id, settled);
  const latest = useRef(summary);
  latest.current = summary;

  const columnOf = useCallback((letter: string | undefined, heading: string | undefined) => Math.max(0, columns.findIndex((c) => (letter === undefined ? c.heading === heading : c.letter === letter))), [columns]);

  /** Goes to a row that an answer named; in the filter its place has to be asked for. */
  const show = async (row: ImportRowView | undefined) => {
    if (!row) return;
    if (!only) {
      jump({ index: row.index, column: spot.column }, row.row);
      return;
    }
    const hit = await call("import.nextProblem", { importId: summary.id, afterRow: row.row - 1, onlyProblems: true });
    if (hit.row === row.row && hit.index !== undefined) jump({ index: hit.index, column: spot.column }, row.row);
  };

  const problem = useCallback(
    async (backwards: boolean) => {
      grid.current?.finish();
      await changes.idle();
      const before = moves.current;
      const row = blocks.row(spot.index);
      if (row) {
        const bad = columns.flatMap((_, i) => (problemsOf(row, columns, i).some((p) => p.severity !== "note") ? [i] : []));
        const next = backwards ? bad.findLast((i) => i < spot.column) : bad.find((i) => i > spot.column);
        if (next !== undefined) {
          jump({ index: spot.index, column: next }, row.row);
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
        if (moves.current !== before) return;
        if (hit.index !== undefined) jump({ index: hit.index, column: columnOf(hit.column, undefined) }, hit.row);
        else notify.hint(backwards ? tImport.problemFirst : tImport.problemLast);
      } catch (thrown) {
        notify.failed(thrown);
      }
    },
    [blocks, spot, summary.id, columns, only, jump, columnOf, changes, notify],
  );

  const first = async (group: ProblemGroup) => {
    const before = moves.current;
    try {
      const hit = await call("import.nextProblem", { importId: summary.id, afterRow: group.firstRow - 1, ...(only ? { onlyProblems: only } : {}) });
      // Who has gone elsewhere before the answer came is left there.
      if (moves.current !== before) return;
      if (hit.index !== undefined) jump({ index: hit.index, column: columnOf(undefined, group.heading) }, hit.row);
      grid.current?.focus();
    } catch (thrown) {
      notify.failed(thrown);
    }
  };

  // ---- corrections ----

  const refused = (at: Spot) => {
    const row = blocks.row(at.index);
    if (!row) return;
    if (row.state === "committed") notify.hint(tImport.refusedCommitted(row.row));
    else if (row.state === "undone" || !open) notify.hint(tImport.refusedClosed);
    else notify.hint(tImport.refusedAbsent(columns[at.column]?.heading ?? ""));
  };

  const editRow = (row: ImportRowView, values: readonly { column: number; value: string }[]) => {
    const cells = [...row.cells];
    const edits = values.flatMap(({ column, value }) => {
      const key = columns[column]?.key;
      const was = row.cells[column] ?? "";
      if (key === undefined || was === value) return [];
      cells[column] = value;
      return [{ row: row.row, column: key, value, was }];
    });
    return { edits, row: { ...row, cells } };
  };

  /** The offer stands for this change only: what came later is taken back step by step. */
  const offerUndo = (text: string, done: ImportChange) =>
    notify.done(text, () => (latest.current.undoable === done.summary.undoable ? void step("import.undoEdit") : notify.hint(tImport.undoLater)));

  const edit = (at: Spot, value: string) => {
    const row = blocks.row(at.index);
    if (!row) return;
    const one = editRow(row, [{ column: at.column, value: value.trim() }]);
    if (one.edits.length === 0) return;
    // What was typed stands there at once; the check follows.
    blocks.patch([one.row]);
    void changes.run("import.edit", { importId: summary.id, edits: one.edits });
  };

  /** Rows of a stretch, also those that are out of view. */
  const stretch = async (from: number, length: number): Promise<ImportRowView[]> => {
    const here = Array.from({ length }, (_, i) => blocks.row(from + i));
    if (here.every((r) => r !== undefined)) return here;
    const all: ImportRowView[] = [];
    for (let start = from; start < from + length; start += PAGE) {
      // One page after the other keeps the window answering.
      // oxlint-disable-next-line no-await-in-loop
      const page = await call("import.rows", { importId: summary.id, start, limit: Math.min(PAGE, from + length - start), ...(only ? { onlyProblems: only } : {}) });
      all.push(...page.rows);
    }
    return all;
  };

  const paste = async (at: Spot, block: string[][]) => {
    try {
      await changes.idle();
      const fits = Math.min(block.length, (blocks.total ?? 0) - at.index);
      const rows = await stretch(at.index, fits);
      let skipped = 0;
      const parts = rows.flatMap((row, i) => {
        const values = (block[i] ?? []).map((value, j) => ({ column: at.column + j, value }));
        const can = isOpenRow(row) ? values.filter((v) => columns[v.column]?.letter !== undefined) : [];
        skipped += values.length - can.length;
        return [editRow(row, can)];
      });
      skipped += block.slice(fits).reduce((n, line) => n + line.length, 0);
      const edits = parts.flatMap((p) => p.edits);
      if (edits.length > 0) {
        blocks.patch(parts.map((p) => p.row));
        const done = await changes.run("import.edit", { importId: summary.id, edits });
        if (!done) return;
        offerUndo(tImport.pasted(done.changed), done);
      }
      if (skipped > 0) notify.hint(tImport.pasteSkipped(skipped));
    } catch (thrown) {
      notify.failed(thrown);
    }
  };

  const acceptOne = (p: Problem | undefined) => {
    if (!open || !current || !isOpenRow(current)) refused(spot);
    else if (p?.suggestion === undefined) notify.hint(tImport.acceptNone);
    else edit(spot, p.suggestion);
  };
  const acceptHere = () => acceptOne(current ? problemsOf(current, columns, spot.column).find((p) => p.suggestion !== undefined) : undefined);

  const acceptAll = async (group: ProblemGroup) => {
    const done = await changes.run("import.acceptSuggestions", { importId: summary.id, code: group.code, ...(group.column === undefined ? {} : { column: group.column }) });
    if (done) offerUndo(tImport.accepted(done.changed), done);
    grid.current?.focus();
  };

  const step = async (op: "import.undoEdit" | "import.redoEdit") => {
    if (!open) return;
    await changes.idle();
    const done = await changes.run(op, { importId: summary.id });
    if (!done) return;
    notify.hint(op === "import.undoEdit" ? tImport.undone(done.changed) : tImport.redone(done.changed));
    await show(done.rows[0]).catch(notify.failed);
    grid.current?.focus();
  };
  const undo = () => void (summary.undoable > 0 || changes.busy ? step("import.undoEdit") : notify.hint(tImport.undoNone));
  const redo = () => void (summary.redoable > 0 || changes.busy ? step("import.redoEdit") : notify.hint(tImport.redoNone));

  const replace = async (from: string, to: string) => {
    await changes.idle();
    const done = await changes.run("import.replace", { importId: summary.id, column: columns[spot.column]?.key ?? "", from, to });
    if (done) offerUndo(tImport.replaced(done.changed), done);
    grid.current?.focus();
  };

  const recheck = async () => {
    const done = await changes.run("import.recheck", { importId: summary.id });
    if (!done) return;
    blocks.refresh();
    notify.done(tImport.rechecked(done.summary.ready, done.summary.errors));
  };

  const pick = async (row: DoctorRow, number: string) =>
    (await changes.run("import.edit", { importId: summary.id, edits: [{ row: row.row, column: "paperNumber", value: number, was: row.cell }] })) !== null;

  // ---- saving ----

  const commit = async (mode: "valid" | "all") => {
    setBusy(true);
    setLines([]);
    try {
      await changes.idle();
      const done = await runJob("import.commit", { importId: summary.id, mode, ...(submit ? { submit } : {}) }, tImport.jobCommit(summary.fileName));
      putImport(client, { summary: done, groups });
      props.onResult();
      void client.invalidateQueries();
    } catch (thrown) {
      if (!(thrown instanceof Error && thrown.name === "AbortError")) setLines(errorLines(thrown));
      // The second look may have found what changed since the first.
      rereadImport(client, summary.id);
    } finally {
      setBusy(false);
    }
  };

  useKey((e) => {
    // A dialog above the grid has its own keys.
    if (document.querySelector(".ant-modal-wrap:not([style*='display: none'])")) return;
    if (e.key === "F8") {
      e.preventDefault();
      void problem(e.shiftKey);
    } else if (e.key === "Enter" && e.ctrlKey && open && summary.ready > 0 && !busy) {
      e.preventDefault();
      void commit("valid");
    }
  });

  // The first problem is what the person came for; keys go to the grid from the beginning.
  const started = useRef(false);
  useEffect(() => {
    if (started.current || blocks.total === null) return;
    started.current = true;
    const top = groups.filter((g) => g.severity !== "note").toSorted((a, b) => a.firstRow - b.firstRow)[0];
    if (top) void first(top);
    else grid.current?.focus();
  });

  const closedNote = summary.state === "committed" || summary.state === "partly" || summary.state === "undone";
  const suggestion = current ? problemsOf(current, columns, spot.column).find((p) => p.suggestion !== undefined)?.suggestion : undefined;
  return (
    <Page
      title={open ? tImport.titles[summary.kind] : tImport.listTitle}
      note={
        <span>
          {summary.schoolName} · {summary.fileName} · {tImport.where(summary.sheet, summary.headingRow)}
        </span>
      }
      actions={
        <>
          {open ? (
            <>
              <Button icon={<ReloadOutlined />} disabled={changes.busy} onClick={() => void recheck()} data-tip={tImport.recheckTip} data-testid="import-recheck">
                {tImport.recheck}
              </Button>
              <ErrorWorkbookButton importId={summary.id} before={changes.idle} disabled={summary.errors === 0 && summary.warnings === 0} />
            </>
          ) : (
            <Tag tone={importTone[summary.state]}>{tImport.state[summary.state]}</Tag>
          )}
          {closedNote ? (
            <Button onClick={props.onResult} data-testid="import-result-back">
              {tImport.resultBack}
            </Button>
          ) : null}
        </>
      }
      fill
      toolbar={
        <>
          {open ? <ImportSteps current={2} /> : null}
          <div className="ek-check-bar">
            <Counts summary={summary} />
            <span className="ek-grow" />
            {kept ? (
              <>
                <label className="ek-switch">
                  <Switch
                    size="small"
                    checked={only}
                    onChange={(on) => {
                      jump({ index: 0, column: spot.column });
                      change({ only: on ? "1" : undefined });
                    }}
                    data-testid="import-only-problems"
                  />
                  {tImport.onlyProblems}
                </label>
                {open ? (
                  <>
                    <Button disabled={summary.undoable === 0} onClick={undo} data-tip={tImport.undoEditTip(summary.undoable)} data-testid="import-undo-edit">
                      {tImport.undoEdit}
                    </Button>
                    <Button disabled={summary.redoable === 0} onClick={redo} data-tip={tImport.redoEditTip(summary.redoable)} data-testid="import-redo-edit">
                      {tImport.redoEdit}
                    </Button>
                  </>
                ) : null}
                <Button icon={<ArrowUpOutlined />} onClick={() => void problem(true)} data-tip="Shift + F8" data-testid="import-previous-problem">
                  {tImport.previousProblem}
                </Button>
                <Button icon={<ArrowDownOutlined />} onClick={() => void problem(false)} data-tip="F8" data-testid="import-next-problem">
                  {tImport.nextProblem}
                </Button>
              </>
            ) : null}
          </div>
        </>
      }
      footer={
        open ? (
          <>
            {summary.state === "preview" ? (
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
            ) : null}
            <span className="ek-grow ek-faint ek-foot-note">{summary.errors > 0 && summary.ready > 0 ? tImport.commitNote(summary.errors) : null}</span>
            {pupils ? (
              <Checkbox checked={submit} onChange={(e) => setSubmit(e.target.checked)} data-testid="import-submit">
                {tImport.submitToo}
              </Checkbox>
            ) : null}
            <span data-tip={summary.errors > 0 ? tImport.commitAllBlocked(summary.errors) : undefined}>
              <Button disabled={summary.errors > 0 || summary.ready === 0 || busy} onClick={() => void commit("all")} data-testid="import-commit-all">
                {tImport.commitAll}
              </Button>
            </span>
            <Button type="primary" disabled={summary.ready === 0} loading={busy} onClick={() => void commit("valid")} data-testid="import-commit">
              {summary.ready === 0 ? tImport.commitNone : tImport.commitValid(summary.ready)}
            </Button>
          </>
        ) : null
      }
    >
      {reread ? <RereadNote reread={reread} onClose={closeReread} /> : null}
      <Lines lines={lines.length > 0 ? lines : drop.lines.length > 0 ? [tImport.refused, ...drop.lines] : []} />
      {kept ? (
        <div className="ek-check-wrap">
          <div className="ek-check-main">
            {blocks.total === null ? (
              blocks.error ? (
                <ErrorState error={blocks.error} title={tImport.blockFailed} onRetry={() => blocks.refresh()} />
              ) : (
                <LoadingState rows={12} />
              )
            ) : blocks.total === 0 ? (
              <EmptyState title={tImport.rowsNone} hint={tImport.rowsNoneHint}>
                <Button autoFocus onClick={() => change({ only: undefined })} data-testid="import-all-rows">
                  {tImport.rowsAll}
                </Button>
              </EmptyState>
            ) : (
              <Grid
                ref={grid}
                columns={columns}
                total={blocks.total}
                row={blocks.row}
                want={blocks.want}
                spot={spot}
                onSpot={place}
                open={open}
                onEdit={edit}
                onPaste={(at, block) => void paste(at, block)}
                onRefused={refused}
                onAccept={acceptHere}
                onUndo={undo}
                onRedo={redo}
              />
            )}
            {drop.over || drop.reading !== null ? (
              <div className="ek-check-drop" data-testid="import-check-drop" aria-live="polite">
                {drop.reading === null ? <h2>{tImport.dropAgain}</h2> : <Spin description={tImport.reading(drop.reading)} />}
              </div>
            ) : null}
          </div>
          <aside className="ek-check-side">
            <Groups summary={summary} groups={groups} onFirst={(g) => void first(g)} />
            <CellPanel
              summary={summary}
              groups={groups}
              row={current}
              column={spot.column}
              open={open}
              onAccept={(p) => {
                acceptOne(p);
                grid.current?.focus();
              }}
              onAcceptAll={(g) => void acceptAll(g)}
              onReplace={() => setDialog("replace")}
              onDoctor={() => setDialog("doctor")}
            />
          </aside>
        </div>
      ) : (
        <EmptyState title={summary.state === "discarded" ? tImport.goneDiscarded : tImport.gonePurged} hint={summary.state === "discarded" ? tImport.goneDiscardedHint : tImport.gonePurgedHint(summary.purgedAt ?? summary.createdAt)}>
          <Button onClick={() => go("/imports")}>{tImport.toList}</Button>
        </EmptyState>
      )}
      {dialog === "replace" && current ? (
        <ReplaceDialog summary={summary} column={spot.column} from={current.cells[spot.column] ?? ""} to={suggestion ?? ""} onSubmit={replace} onClose={() => setDialog(null)} />
      ) : null}
      {dialog === "doctor" && current ? (
        <Doctor importId={summary.id} row={current.row} busy={changes.busy} onPick={pick} onClose={() => setDialog(null)} />
      ) : null}
    </Page>
  );
}

function RereadNote(props: { reread: Reread; onClose: () => void }) {
  const { reread: r } = props;
  return (
    <Alert
      className="ek-lines"
      type={r.unmatched > 0 || r.notes.length > 0 ? "warning" : "success"}
      showIcon
      closable={{ onClose: props.onClose, "aria-label": tCommon.close }}
      data-testid="import-reread"
      title={tImport.reread(r)}
      description={
        r.notes.length > 0 ? (
          <ul className="ek-reread">
            {r.notes.map((p) => (
              <li key={p.message}>{p.message}</li>
            ))}
          </ul>
        ) : undefined
      }
    />
  );
}
