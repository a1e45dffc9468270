// Beside the grid: problems by kind, and what is wrong with the current cell and can be done about it.
import { CheckCircleFilled } from "@ant-design/icons";
import { Button } from "antd";
import type { ImportRowView, ImportSummary, Problem, ProblemGroup } from "../../api.gen";
import { Panel } from "../../shared/components/page";
import { Tag } from "../../shared/components/tags";
import { tImport } from "../../shared/texts";
import { isOpenRow, problemsOf } from "./grid";

/** Numbers that a spreadsheet damaged; a cut one most often fails its check digit. */
function isDamaged(problem: Problem, cell: string): boolean {
  return problem.code === "paper.precision" || problem.code === "paper.trailing_zeros" || (problem.code === "paper.check" && /000$|e\+/i.test(cell));
}

/** The sample names its own row; in a list of kinds the place only distracts. */
function shortened(message: string): string {
  return message.replace(/^[^\uFF1A]*\d[^\uFF1A]*\uFF1A/, "");
}

export function Groups(props: { summary: ImportSummary; groups: readonly ProblemGroup[]; onFirst: (group: ProblemGroup) => void }) {
  const { summary, groups } = props;
  return (
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
          <CheckCircleFilled /> {tImport.groupsNone} {summary.ready > 0 ? tImport.groupsNoneHint : null}
        </p>
      ) : (
        <ul className="ek-group-list" data-testid="import-groups">
          {groups.map((g) => (
            <li key={`${g.code}-${g.heading ?? ""}`}>
              <button type="button" onClick={() => props.onFirst(g)} data-severity={g.severity} data-tip={tImport.groupFirst(g.firstRow)} data-testid={`import-group-${g.code}`}>
                <i aria-hidden="true" />
                <span>
                  <span className="ek-hidden">{tImport.severity[g.severity]} </span>
                  {g.heading ? <b>{g.heading} </b> : null}
                  {shortened(g.sample)}
                </span>
                <em>{tImport.groupRows(g.count)}</em>
              </button>
            </li>
          ))}
        </ul>
      )}
    </Panel>
  );
}

export function CellPanel(props: {
  summary: ImportSummary;
  groups: readonly ProblemGroup[];
  row: ImportRowView | undefined;
  column: number;
  open: boolean;
  onAccept: (problem: Problem) => void;
  onAcceptAll: (group: ProblemGroup) => void;
  onReplace: () => void;
  onDoctor: () => void;
}) {
  const { row, groups } = props;
  const { columns } = props.summary;
  const column = columns[props.column];
  if (!row || !column) return <Panel className="ek-cell-panel">{null}</Panel>;
  const here = problemsOf(row, columns, props.column);
  const rest = row.problems.filter((p) => !here.includes(p));
  const writable = props.open && isOpenRow(row) && column.letter !== undefined;
  const suggested = here.find((p) => p.suggestion !== undefined);
  const group = suggested ? groups.find((g) => g.code === suggested.code && (g.column ?? column.key) === column.key) : undefined;
  const fine = row.state === "committed" ? tImport.rowCommitted : row.state === "undone" ? tImport.rowUndone : column.letter === undefined ? tImport.columnAbsent : tImport.cellFine;
  return (
    <Panel className="ek-cell-panel">
      <div data-testid="import-cell-panel" aria-live="polite">
        <h2>{tImport.cellTitle(row.row, column.letter ? tImport.cellColumn(column.letter, column.heading) : column.heading)}</h2>
        <p className="ek-cell-value">
          <span className="ek-faint">{tImport.cellValue}</span> <b data-testid="import-cell-value">{row.cells[props.column] || tImport.cellBlank}</b>{" "}
          {row.edited.includes(props.column) ? <Tag tone="accent">{tImport.edited}</Tag> : null}
        </p>
        <div id="import-cell-reasons">
          {here.length === 0 ? <p className="ek-faint">{fine}</p> : null}
          {here.map((p) => (
            <ProblemLine key={`${p.code}-${p.message}`} problem={p} />
          ))}
        </div>
        {writable ? (
          <div className="ek-cell-actions">
            {suggested ? (
              <Button type="primary" size="small" onClick={() => props.onAccept(suggested)} data-tip="Alt + Enter" data-testid="import-accept">
                {tImport.accept}
              </Button>
            ) : null}
            {group && group.suggested > 1 ? (
              <Button size="small" onClick={() => props.onAcceptAll(group)} data-testid="import-accept-all">
                {tImport.acceptAll(group.suggested)}
              </Button>
            ) : null}
            {here.some((p) => isDamaged(p, row.cells[props.column] ?? "")) ? (
              <Button size="small" onClick={props.onDoctor} data-testid="import-doctor">
                {tImport.doctor}
              </Button>
            ) : null}
            <Button size="small" onClick={props.onReplace} data-testid="import-replace">
              {tImport.replace}
            </Button>
          </div>
        ) : null}
        {rest.length > 0 ? (
          <>
            <h3>{tImport.otherInRow}</h3>
            {rest.map((p) => (
              <ProblemLine key={`${p.code}-${p.message}`} problem={p} />
            ))}
          </>
        ) : null}
      </div>
    </Panel>
  );
}

function ProblemLine(props: { problem: Problem }) {
  const { problem: p } = props;
  return (
    <div className="ek-problem" data-severity={p.severity}>
      <b>{tImport.severity[p.severity]}</b> {p.message}
      {p.suggestion === undefined ? null : (
        <div>
          <span className="ek-faint">{tImport.suggestion}</span> <b className="ek-suggestion">{p.suggestion}</b>
        </div>
      )}
    </div>
  );
}
