// The rows as Excel shows them: only those in view exist; bad cells by colour and by a corner sign. One field lies
// over the current cell all the time: what is typed, composed or pasted goes there, and nowhere else.
import { useVirtualizer } from "@tanstack/react-virtual";
import { useEffect, useId, useImperativeHandle, useLayoutEffect, useRef, useState, type Ref } from "react";
import type { ImportRowView, ImportSummary, Problem } from "../../api.gen";
import { composing } from "../../shared/hooks";
import { usePrefs } from "../../shared/prefs";
import { tImport } from "../../shared/texts";
import { gridAction, type Mode, type Step } from "./keys";
import { parseBlock } from "./paste";

export type GridHandle = { scrollTo: (index: number, column: number) => void; focus: () => void; /** Takes over what is being written. */ finish: () => void };
export type Spot = { index: number; column: number };

const WIDTHS: Record<string, number> = {
  name: 110,
  paperNumber: 190,
  studentNumber: 190,
  address: 220,
  guardianPhone: 130,
  grade: 76,
  class: 76,
  number: 96,
  nickname: 180,
  remark: 260,
};
const widthOf = (column: { key: string; heading: string }): number => WIDTHS[column.key] ?? Math.max(100, column.heading.length * 16 + 28);

const RANK = { error: 2, warning: 1, note: 0 } as const;
function worst(problems: readonly Problem[]): Problem["severity"] | undefined {
  return problems.toSorted((a, b) => RANK[b.severity] - RANK[a.severity])[0]?.severity;
}

/** Problems of one cell; -1 asks for those of the row as a whole. */
export function problemsOf(row: ImportRowView, columns: ImportSummary["columns"], index: number): Problem[] {
  const column = columns[index];
  return row.problems.filter((p) => {
    const at = p.column === undefined && p.heading === undefined ? -1 : columns.findIndex((c) => (p.column === undefined ? c.heading === p.heading : c.letter === p.column));
    return column ? at === index : at < 0;
  });
}

/** What is on record, taken back, or closed can only be read. */
export const isOpenRow = (row: ImportRowView): boolean => row.state !== "committed" && row.state !== "undone";

/** Where the input method shows its list, and a field that grows with long text. */
const ROOM = 220;

export function Grid(props: {
  ref: Ref<GridHandle>;
  columns: ImportSummary["columns"];
  total: number;
  row: (index: number) => ImportRowView | undefined;
  want: (from: number, to: number) => void;
  spot: Spot;
  onSpot: (spot: Spot) => void;
  /** False when nothing can be changed any more. */
  open: boolean;
  onEdit: (spot: Spot, value: string) => void;
  onPaste: (spot: Spot, block: string[][]) => void;
  onRefused: (spot: Spot) => void;
  onAccept: () => void;
  onUndo: () => void;
  onRedo: () => void;
}) {
  const { columns, total, spot, onSpot } = props;
  const { size } = usePrefs();
  const scale = size / 14;
  const height = Math.round(28 * scale);
  const headHeight = Math.round(34 * scale);
  const id = useId();
  const scroller = useRef<HTMLDivElement>(null);
  const field = useRef<HTMLInputElement>(null);
  const [mode, setMode] = useState<Mode>("move");
  const virtual = useVirtualizer({
    count: total,
    getScrollElement: () => scroller.current,
    estimateSize: () => height,
    overscan: 6,
    initialRect: { width: 1000, height: 600 },
    scrollPaddingStart: headHeight,
  });
  useEffect(() => virtual.measure(), [height, virtual]);
  const items = virtual.getVirtualItems();
  const first = items[0]?.index ?? 0;
  const last = items.at(-1)?.index ?? 0;
  const { want } = props;
  useEffect(() => want(first, last), [first, last, want]);

  const widths = columns.map((c) => Math.round(widthOf(c) * scale));
  const numberWidth = Math.round(64 * scale);
  const full = widths.reduce((a, b) => a + b, numberWidth);
  const leftOf = (column: number) => widths.slice(0, column).reduce((a, b) => a + b, numberWidth);

  const row = props.row(spot.index);
  const text = row?.cells[spot.column] ?? "";
  const writable = props.open && row !== undefined && isOpenRow(row) && columns[spot.column]?.letter !== undefined;

  const reveal = (index: number, column: number) => {
    virtual.scrollToIndex(index);
    const node = scroller.current;
    if (!node || column === 0) return;
    // The first column stays in view and covers what is under it.
    const left = leftOf(column) - numberWidth;
    const right = left + (widths[column] ?? 0);
    if (left - (widths[0] ?? 0) < node.scrollLeft) node.scrollLeft = left - (widths[0] ?? 0);
    else if (right + numberWidth > node.scrollLeft + node.clientWidth) node.scrollLeft = right + numberWidth - node.clientWidth;
  };

  // Between cells the field holds the cell's text, all of it selected: typing replaces it, copying copies it, and a
  // screen reader reads it.
  const idle = () => {
    const node = field.current;
    if (!node) return;
    node.value = text;
    if (document.activeElement === node) node.select();
  };
  useLayoutEffect(() => {
    if (mode === "move") idle();
    // Only when the cell is another one: selecting again would move what is scrolled.
    // oxlint-disable-next-line react/exhaustive-deps
  }, [mode, text, spot.index, spot.column]);

  const focus = () => field.current?.focus({ preventScroll: true });

  const write = (keep: boolean) => {
    if (!writable) {
      props.onRefused(spot);
      return;
    }
    setMode("write");
    reveal(spot.index, spot.column);
    if (keep) field.current?.setSelectionRange(text.length, text.length);
  };

  const commit = () => {
    if (mode !== "write") return;
    const value = (field.current?.value ?? "").trim();
    setMode("move");
    if (value !== text) props.onEdit(spot, value);
  };
  useImperativeHandle(props.ref, () => ({ scrollTo: reveal, focus, finish: commit }));

  const go = (index: number, column: number) => {
    const next = { index: Math.max(0, Math.min(total - 1, index)), column: Math.max(0, Math.min(columns.length - 1, column)) };
    onSpot(next);
    reveal(next.index, next.column);
  };
  const step = (by: Step) => go(spot.index + by.rows, spot.column + by.columns);

  const onKeyDown = (e: React.KeyboardEvent) => {
    if (composing(e)) return;
    const action = gridAction(e, mode);
    if (!action) {
      // The field does not take it, and a key without an answer puzzles people.
      if (mode === "move" && !writable && e.key.length === 1 && e.key !== "?" && !e.ctrlKey && !e.altKey && !e.metaKey) props.onRefused(spot);
      return;
    }
    e.preventDefault();
    // Ctrl + Enter and Esc mean something to the window as well.
    if (mode === "write") e.stopPropagation();
    const page = Math.max(1, Math.floor((scroller.current?.clientHeight ?? 300) / height) - 2);
    switch (action.do) {
      case "step":
        step(action.by);
        break;
      case "page":
        go(spot.index + (action.down ? page : -page), spot.column);
        break;
      case "edge":
        go(action.row === "first" ? 0 : action.row === "last" ? total - 1 : spot.index, action.column === "first" ? 0 : columns.length - 1);
        break;
      case "write":
        write(true);
        break;
      case "clear":
        if (!writable) props.onRefused(spot);
        else if (text !== "") props.onEdit(spot, "");
        break;
      case "commit":
        commit();
        step(action.by);
        break;
      case "cancel":
        setMode("move");
        break;
      case "accept":
        props.onAccept();
        break;
      case "undo":
        props.onUndo();
        break;
      case "redo":
        props.onRedo();
        break;
    }
  };

  const onInput = (e: React.FormEvent<HTMLInputElement>) => {
    if (mode === "write") return;
    // Cutting leaves nothing to go on writing in.
    if (e.currentTarget.value === "") props.onEdit(spot, "");
    else write(false);
  };

  const onPaste = (e: React.ClipboardEvent) => {
    // Into the text of an open cell the field pastes by itself.
    if (mode === "write") return;
    e.preventDefault();
    const block = parseBlock(e.clipboardData.getData("text/plain"));
    if (block.length > 1 || (block[0]?.length ?? 0) > 1) props.onPaste(spot, block);
    else if (!writable) props.onRefused(spot);
    else props.onEdit(spot, block[0]?.[0] ?? "");
  };

  const point = (to: Spot) => {
    commit();
    onSpot(to);
    focus();
  };

  const width = widths[spot.column] ?? 100;
  const column = columns[spot.column];
  const inView = items.some((item) => item.index === spot.index);
  return (
    <div className="ek-grid" ref={scroller}>
      <div role="grid" id={`${id}grid`} aria-label={tImport.grid} aria-rowcount={total} aria-colcount={columns.length + 1} data-testid="import-grid" data-mode={mode}>
        <div className="ek-grid-head" role="row" style={{ width: full, height: headHeight }}>
          <div role="columnheader" className="ek-grid-no" style={{ width: numberWidth }}>
            {tImport.rowNo}
          </div>
          {columns.map((c, i) => (
            <div key={c.key} role="columnheader" className={i === 0 ? "ek-cut ek-grid-first" : "ek-cut"} data-absent={c.letter === undefined} style={i === 0 ? { width: widths[i], left: numberWidth } : { width: widths[i] }}>
              {c.letter ? <span className="ek-faint">{c.letter}</span> : null} {c.heading}
            </div>
          ))}
        </div>
        {/* A press must not take the focus from the field, which is what keys work on. */}
        {/* oxlint-disable-next-line jsx-a11y/no-noninteractive-element-interactions */}
        <div className="ek-grid-body" role="rowgroup" style={{ width: full, height: virtual.getTotalSize() }} onMouseDown={(e) => e.preventDefault()} onDoubleClick={() => write(true)}>
          {items.map((item) => {
            const each = props.row(item.index);
            return (
              <div
                key={item.index}
                role="row"
                aria-rowindex={item.index + 1}
                className="ek-grid-row"
                data-state={each?.state}
                data-current={item.index === spot.index}
                data-testid={each ? `import-row-${each.row}` : undefined}
                style={{ height, transform: `translateY(${item.start}px)` }}
              >
                {each ? (
                  <Cells id={id} row={each} index={item.index} columns={columns} widths={widths} numberWidth={numberWidth} spot={spot} onPoint={point} />
                ) : (
                  <div className="ek-grid-no" style={{ width: numberWidth }} />
                )}
              </div>
            );
          })}
        </div>
      </div>
      <div className="ek-grid-over" style={{ width: full, height, transform: `translateY(${headHeight + spot.index * height}px)` }}>
        <input
          ref={field}
          className={spot.column === 0 ? "ek-grid-field ek-grid-first" : "ek-grid-field"}
          style={{ left: spot.column === 0 ? numberWidth : leftOf(spot.column), width: mode === "write" ? Math.max(width, Math.min(ROOM * scale, full - leftOf(spot.column))) : width, height }}
          data-mode={mode}
          data-idle={mode === "move"}
          data-testid="import-field"
          aria-label={row && column ? tImport.fieldLabel(row.row, column.letter ? tImport.cellColumn(column.letter, column.heading) : column.heading) : tImport.grid}
          aria-describedby="import-cell-reasons"
          aria-controls={`${id}grid`}
          aria-activedescendant={inView ? `${id}${spot.index}-${spot.column}` : undefined}
          readOnly={!writable}
          autoComplete="off"
          autoCapitalize="off"
          spellCheck={false}
          onKeyDown={onKeyDown}
          onCompositionStart={() => {
            if (mode === "move") write(false);
          }}
          onInput={onInput}
          onPaste={onPaste}
          onDrop={(e) => e.preventDefault()}
          onFocus={idle}
          onBlur={commit}
        />
      </div>
    </div>
  );
}

function Cells(props: {
  id: string;
  row: ImportRowView;
  index: number;
  columns: ImportSummary["columns"];
  widths: number[];
  numberWidth: number;
  spot: Spot;
  onPoint: (spot: Spot) => void;
}) {
  const { row, index, columns, spot } = props;
  const whole = problemsOf(row, columns, -1);
  const closed = row.state === "committed" ? tImport.rowCommitted : row.state === "undone" ? tImport.rowUndone : undefined;
  const about = [...(closed ? [closed] : []), ...whole.map((p) => p.message)];
  return (
    <>
      <div
        role="rowheader"
        className="ek-grid-no"
        data-severity={worst(row.problems)}
        data-tip={about.length > 0 ? about.join("\n") : undefined}
        style={{ width: props.numberWidth }}
        onPointerDown={() => props.onPoint({ index, column: spot.column })}
      >
        {row.row}
      </div>
      {columns.map((c, i) => {
        const problems = row.problems.length === 0 ? [] : problemsOf(row, columns, i);
        const severity = worst(problems);
        const edited = row.edited.includes(i);
        const tips = problems.map((p) => (p.suggestion ? `${p.message}\n${tImport.suggestion}\uFF1A${p.suggestion}` : p.message));
        if (edited) tips.push(tImport.edited);
        return (
          <div
            key={c.key}
            id={`${props.id}${index}-${i}`}
            role="gridcell"
            aria-colindex={i + 2}
            aria-invalid={severity === "error" || undefined}
            aria-selected={spot.index === index && spot.column === i}
            className={i === 0 ? "ek-grid-cell ek-cut ek-grid-first" : "ek-grid-cell ek-cut"}
            data-severity={severity}
            data-edited={edited || undefined}
            data-col={c.letter ?? c.key}
            data-tip={tips.length > 0 ? tips.join("\n") : undefined}
            style={i === 0 ? { width: props.widths[i], left: props.numberWidth } : { width: props.widths[i] }}
            onPointerDown={() => props.onPoint({ index, column: i })}
          >
            {row.cells[i]}
          </div>
        );
      })}
    </>
  );
}
