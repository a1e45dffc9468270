// The rows as Excel shows them: only those in view exist; bad cells by colour and by a corner sign.
import { useVirtualizer } from "@tanstack/react-virtual";
import { useEffect, useImperativeHandle, useRef, type Ref } from "react";
import type { ImportRowView, ImportSummary, Problem } from "../../api.gen";
import { composing } from "../../shared/hooks";
import { usePrefs } from "../../shared/prefs";
import { tImport } from "../../shared/texts";

export type GridHandle = { scrollTo: (index: number, column: number) => void; focus: () => void };
export type Spot = { index: number; column: number };

const WIDTHS: Record<string, number> = { name: 110, paper: 190, idNumber: 190, paperNumber: 190, address: 220, studentNo: 190, phone: 130, guardianPhone: 130, grade: 70, class: 70, classNo: 70, gender: 70 };
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

export function Grid(props: {
  ref: Ref<GridHandle>;
  columns: ImportSummary["columns"];
  total: number;
  row: (index: number) => ImportRowView | undefined;
  want: (from: number, to: number) => void;
  spot: Spot;
  onSpot: (spot: Spot) => void;
}) {
  const { columns, total, spot, onSpot } = props;
  const { size } = usePrefs();
  const scale = size / 14;
  const height = Math.round(28 * scale);
  const scroller = useRef<HTMLDivElement>(null);
  const virtual = useVirtualizer({
    count: total,
    getScrollElement: () => scroller.current,
    estimateSize: () => height,
    overscan: 6,
    initialRect: { width: 1000, height: 600 },
    scrollPaddingStart: 34,
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

  const reveal = (index: number, column: number) => {
    virtual.scrollToIndex(index);
    const node = scroller.current;
    if (!node) return;
    // The first column stays in view and covers what is under it.
    const left = widths.slice(0, column).reduce((a, b) => a + b, 0);
    const right = left + (widths[column] ?? 0);
    if (column === 0) return;
    if (left - (widths[0] ?? 0) < node.scrollLeft) node.scrollLeft = left - (widths[0] ?? 0);
    else if (right + numberWidth > node.scrollLeft + node.clientWidth) node.scrollLeft = right + numberWidth - node.clientWidth;
  };
  useImperativeHandle(props.ref, () => ({ scrollTo: reveal, focus: () => scroller.current?.focus() }));

  const go = (index: number, column: number) => {
    const next = { index: Math.max(0, Math.min(total - 1, index)), column: Math.max(0, Math.min(columns.length - 1, column)) };
    onSpot(next);
    reveal(next.index, next.column);
  };

  const onKeyDown = (e: React.KeyboardEvent) => {
    if (composing(e) || e.altKey) return;
    const page = Math.max(1, Math.floor((scroller.current?.clientHeight ?? 300) / height) - 2);
    if (e.key === "ArrowDown") go(spot.index + 1, spot.column);
    else if (e.key === "ArrowUp") go(spot.index - 1, spot.column);
    else if (e.key === "ArrowRight") go(spot.index, spot.column + 1);
    else if (e.key === "ArrowLeft") go(spot.index, spot.column - 1);
    else if (e.key === "PageDown") go(spot.index + page, spot.column);
    else if (e.key === "PageUp") go(spot.index - page, spot.column);
    else if (e.key === "Home") go(e.ctrlKey ? 0 : spot.index, 0);
    else if (e.key === "End") go(e.ctrlKey ? total - 1 : spot.index, columns.length - 1);
    else return;
    e.preventDefault();
  };

  return (
    <div
      className="ek-grid"
      ref={scroller}
      tabIndex={0}
      role="grid"
      aria-label={tImport.grid}
      aria-rowcount={total}
      aria-colcount={columns.length + 1}
      aria-activedescendant={`cell-${spot.index}-${spot.column}`}
      onKeyDown={onKeyDown}
      data-testid="import-grid"
    >
      <div className="ek-grid-head" role="row" style={{ width: full, height: Math.round(34 * scale) }}>
        <div role="columnheader" className="ek-grid-no" style={{ width: numberWidth }}>
          {tImport.rowNo}
        </div>
        {columns.map((c, i) => (
          <div key={c.key} role="columnheader" className={i === 0 ? "ek-cut ek-grid-first" : "ek-cut"} data-absent={c.letter === undefined} style={i === 0 ? { width: widths[i], left: numberWidth } : { width: widths[i] }}>
            {c.letter ? <span className="ek-faint">{c.letter}</span> : null} {c.heading}
          </div>
        ))}
      </div>
      <div className="ek-grid-body" role="rowgroup" style={{ width: full, height: virtual.getTotalSize() }}>
        {items.map((item) => {
          const row = props.row(item.index);
          return (
            <div
              key={item.index}
              role="row"
              aria-rowindex={item.index + 1}
              className="ek-grid-row"
              data-state={row?.state}
              data-current={item.index === spot.index}
              data-testid={row ? `import-row-${row.row}` : undefined}
              style={{ height, transform: `translateY(${item.start}px)` }}
            >
              {row ? (
                <Cells row={row} index={item.index} columns={columns} widths={widths} numberWidth={numberWidth} spot={spot} onSpot={onSpot} />
              ) : (
                <div className="ek-grid-no" style={{ width: numberWidth }} />
              )}
            </div>
          );
        })}
      </div>
    </div>
  );
}

function Cells(props: {
  row: ImportRowView;
  index: number;
  columns: ImportSummary["columns"];
  widths: number[];
  numberWidth: number;
  spot: Spot;
  onSpot: (spot: Spot) => void;
}) {
  const { row, index, columns, spot } = props;
  const whole = problemsOf(row, columns, -1);
  return (
    <>
      <div
        role="rowheader"
        className="ek-grid-no"
        data-severity={worst(row.problems)}
        data-tip={whole.length > 0 ? whole.map((p) => p.message).join("\n") : undefined}
        style={{ width: props.numberWidth }}
        onPointerDown={() => props.onSpot({ index, column: 0 })}
      >
        {row.row}
      </div>
      {columns.map((c, i) => {
        const problems = row.problems.length === 0 ? [] : problemsOf(row, columns, i);
        const severity = worst(problems);
        return (
          <div
            key={c.key}
            id={`cell-${index}-${i}`}
            role="gridcell"
            aria-colindex={i + 2}
            aria-invalid={severity === "error" || undefined}
            aria-selected={spot.index === index && spot.column === i}
            className={i === 0 ? "ek-grid-cell ek-cut ek-grid-first" : "ek-grid-cell ek-cut"}
            data-severity={severity}
            data-col={c.letter ?? c.key}
            data-tip={problems.length > 0 ? problems.map((p) => (p.suggestion ? `${p.message}\n${tImport.suggestion}\uFF1A${p.suggestion}` : p.message)).join("\n") : undefined}
            style={i === 0 ? { width: props.widths[i], left: props.numberWidth } : { width: props.widths[i] }}
            onPointerDown={() => props.onSpot({ index, column: i })}
          >
            {row.cells[i]}
          </div>
        );
      })}
    </>
  );
}
