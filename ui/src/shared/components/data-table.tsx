// A plain table for long lists: only the rows in view exist, the heading stays, more rows come while scrolling.
import { useVirtualizer } from "@tanstack/react-virtual";
import { Checkbox } from "antd";
import { useEffect, useLayoutEffect, useRef, useState, type ReactNode, type RefObject } from "react";
import { composing } from "../hooks";
import { usePrefs } from "../prefs";
import { tCommon } from "../texts";

export type Column<T> = {
  key: string;
  title: ReactNode;
  /** Width in pixels at 14 px text; without it the column takes what is left. */
  width?: number;
  min?: number;
  align?: "left" | "right" | "center";
  /** Cut with an ellipsis and a tooltip (default). */
  whole?: boolean;
  render: (row: T) => ReactNode;
};

export type Selection = { keys: ReadonlySet<string>; onChange: (keys: ReadonlySet<string>) => void };

function useWidth(node: RefObject<HTMLElement | null>): number {
  const [width, setWidth] = useState(0);
  useLayoutEffect(() => {
    const element = node.current;
    if (!element) return;
    const read = () => setWidth(element.clientWidth);
    read();
    if (typeof ResizeObserver === "undefined") return;
    const observer = new ResizeObserver(read);
    observer.observe(element);
    return () => observer.disconnect();
  }, [node]);
  return width;
}

export function DataTable<T>(props: {
  label: string;
  testId: string;
  columns: Column<T>[];
  rows: readonly T[];
  rowKey: (row: T) => string;
  rowTestId?: (row: T) => string;
  rowClass?: (row: T) => string | undefined;
  selection?: Selection | undefined;
  onOpen?: ((row: T) => void) | undefined;
  onEnd?: (() => void) | undefined;
  busy?: boolean | undefined;
  empty: ReactNode;
  /** Said under the last row. */
  foot?: ReactNode;
}) {
  const { rows, rowKey, selection, columns } = props;
  const { dense, size } = usePrefs();
  const height = Math.round((dense ? 30 : 40) * (size / 14));
  const scroller = useRef<HTMLDivElement>(null);
  const [focus, setFocus] = useState(0);
  const anchor = useRef<number | null>(null);
  const virtual = useVirtualizer({
    count: rows.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => height,
    overscan: 8,
    initialRect: { width: 1000, height: 640 },
  });
  useEffect(() => virtual.measure(), [height, virtual]);
  const items = virtual.getVirtualItems();
  const last = items.at(-1)?.index ?? -1;
  const { onEnd } = props;
  useEffect(() => {
    if (onEnd && last >= rows.length - 10) onEnd();
  }, [last, rows.length, onEnd]);

  const toggle = (index: number, range: boolean) => {
    if (!selection) return;
    const next = new Set(selection.keys);
    const row = rows[index];
    if (!row) return;
    const on = !next.has(rowKey(row));
    const from = range && anchor.current !== null ? Math.min(anchor.current, index) : index;
    const to = range && anchor.current !== null ? Math.max(anchor.current, index) : index;
    for (let i = from; i <= to; i++) {
      const each = rows[i];
      if (!each) continue;
      if (on) next.add(rowKey(each));
      else next.delete(rowKey(each));
    }
    anchor.current = index;
    selection.onChange(next);
  };

  const move = (to: number) => {
    const index = Math.max(0, Math.min(rows.length - 1, to));
    setFocus(index);
    virtual.scrollToIndex(index);
    requestAnimationFrame(() => scroller.current?.querySelector<HTMLElement>(`tr[data-index="${index}"]`)?.focus());
  };

  const onKeyDown = (e: React.KeyboardEvent) => {
    if (composing(e) || !(e.target instanceof HTMLElement)) return;
    const tr = e.target.closest<HTMLElement>("tr[data-index]");
    // Keys inside a cell's own button stay there.
    if (!tr || e.target !== tr) return;
    const index = Number(tr.dataset.index);
    if (e.key === "ArrowDown") move(index + 1);
    else if (e.key === "ArrowUp") move(index - 1);
    else if (e.key === "PageDown") move(index + 12);
    else if (e.key === "PageUp") move(index - 12);
    else if (e.key === "Home") move(0);
    else if (e.key === "End") move(rows.length - 1);
    else if (e.key === " " && selection) toggle(index, e.shiftKey);
    else if (e.key === "Enter" && props.onOpen) {
      const row = rows[index];
      if (row) props.onOpen(row);
    } else return;
    e.preventDefault();
  };

  const selected = selection ? rows.reduce((n, row) => n + (selection.keys.has(rowKey(row)) ? 1 : 0), 0) : 0;
  const before = items[0]?.start ?? 0;
  const after = Math.max(0, virtual.getTotalSize() - (items.at(-1)?.end ?? 0));
  const scale = size / 14;
  const minWidth = columns.reduce((sum, c) => sum + (c.width ?? c.min ?? 120) * scale, selection ? 44 : 0);
  // What a wide window has to spare goes to all columns, most of it to those without a width of their own.
  const width = useWidth(scroller);
  const share = (c: Column<T>) => (c.width === undefined ? 3 : 1);
  const spare = Math.max(0, width - minWidth) / columns.reduce((sum, c) => sum + share(c), 0);
  const widthOf = (c: Column<T>) => Math.floor((c.width ?? c.min ?? 120) * scale + spare * share(c));

  return (
    <div className="ek-table" ref={scroller} data-testid={props.testId} data-busy={props.busy ? "true" : undefined}>
      <table aria-label={props.label} aria-rowcount={rows.length} style={{ minWidth }}>
        <colgroup>
          {selection ? <col style={{ width: 44 }} /> : null}
          {columns.map((c, i) => (
            <col key={c.key} style={i === columns.length - 1 ? {} : { width: widthOf(c) }} />
          ))}
        </colgroup>
        <thead>
          <tr>
            {selection ? (
              <th className="ek-check">
                <Checkbox
                  aria-label={tCommon.selectAllRows}
                  data-testid={`${props.testId}-select-all`}
                  disabled={rows.length === 0}
                  checked={rows.length > 0 && selected === rows.length}
                  indeterminate={selected > 0 && selected < rows.length}
                  onChange={(e) => selection.onChange(e.target.checked ? new Set(rows.map(rowKey)) : new Set())}
                />
              </th>
            ) : null}
            {columns.map((c) => (
              <th key={c.key} data-align={c.align} scope="col">
                {c.title}
              </th>
            ))}
          </tr>
        </thead>
        {/* Keys of the focused row, handled once for all rows. */}
        {/* oxlint-disable-next-line jsx-a11y/no-noninteractive-element-interactions */}
        <tbody onKeyDown={onKeyDown}>
          {before > 0 ? <tr aria-hidden="true" style={{ height: before }} /> : null}
          {items.map((item) => {
            const row = rows[item.index];
            if (!row) return null;
            const key = rowKey(row);
            const on = selection?.keys.has(key) ?? false;
            return (
              <tr
                key={key}
                data-index={item.index}
                data-testid={props.rowTestId?.(row)}
                className={props.rowClass?.(row)}
                aria-rowindex={item.index + 1}
                aria-selected={selection ? on : undefined}
                tabIndex={item.index === Math.min(focus, rows.length - 1) ? 0 : -1}
                onFocus={() => setFocus(item.index)}
                onDoubleClick={props.onOpen ? () => props.onOpen?.(row) : undefined}
                style={{ height }}
              >
                {selection ? (
                  <td
                    className="ek-check"
                    onClick={(e) => {
                      e.preventDefault();
                      toggle(item.index, e.shiftKey);
                    }}
                  >
                    <Checkbox aria-label={tCommon.selectRow} checked={on} tabIndex={-1} />
                  </td>
                ) : null}
                {columns.map((c) => (
                  <td key={c.key} data-align={c.align} className={c.whole ? undefined : "ek-cut"}>
                    {c.render(row)}
                  </td>
                ))}
              </tr>
            );
          })}
          {after > 0 ? <tr aria-hidden="true" style={{ height: after }} /> : null}
        </tbody>
      </table>
      {rows.length === 0 ? props.empty : props.foot ? <div className="ek-table-foot">{props.foot}</div> : null}
    </div>
  );
}
