// The 1–99 board: numbers that are free, chosen, used, closed, or were taken a moment ago.
import { useQueryClient } from "@tanstack/react-query";
import { Button, Form, Input, type InputRef } from "antd";
import { useEffect, useMemo, useRef, useState } from "react";
import type { ClassView, GradeView } from "../../api.gen";
import { CallError } from "../../platform";
import { applyProblems, Lines, useNotify } from "../../shared/components/feedback";
import { numberRuns } from "../../shared/formatting";
import { composing } from "../../shared/hooks";
import { useAction } from "../../shared/query";
import { useParams } from "../../shared/router";
import { tClasses } from "../../shared/texts";
import { ClassCard } from "./card";

const ALL = Array.from({ length: 99 }, (_, i) => i + 1);
const COLUMNS = 10;
const ROWS = Array.from({ length: 10 }, (_, i) => ALL.slice(i * COLUMNS, (i + 1) * COLUMNS));

export function Board(props: { grade: GradeView; schoolYear: string; classes: ClassView[]; editable: boolean }) {
  const { grade, classes, editable } = props;
  const [params] = useParams();
  const used = useMemo(() => new Map(classes.map((c) => [c.number, c])), [classes]);
  const [chosen, setChosen] = useState<ReadonlySet<number>>(new Set());
  const [shownNumber, setShown] = useState<number | null>(() => {
    const n = Number(params.get("n"));
    return n >= 1 && n <= 99 ? n : null;
  });
  const [cursor, setCursor] = useState(() => shownNumber ?? 1);
  const [taken, setTaken] = useState<ReadonlySet<number>>(new Set());
  const [lines, setLines] = useState<string[]>([]);
  const anchor = useRef<number | null>(null);
  const painting = useRef<boolean | null>(null);
  const grid = useRef<HTMLDivElement>(null);
  const nickname = useRef<InputRef>(null);
  const [form] = Form.useForm<{ nickname?: string; remark?: string }>();
  const create = useAction("class.create");
  const remove = useAction("class.delete");
  const notify = useNotify();

  // What another person made meanwhile can no longer be chosen.
  const free = [...chosen].filter((n) => !used.has(n));

  useEffect(() => {
    const stop = () => {
      painting.current = null;
    };
    window.addEventListener("pointerup", stop);
    window.addEventListener("pointercancel", stop);
    return () => {
      window.removeEventListener("pointerup", stop);
      window.removeEventListener("pointercancel", stop);
    };
  }, []);

  const put = (numbers: number[], on: boolean) => {
    setShown(null);
    setChosen((before) => {
      const next = new Set([...before].filter((n) => !used.has(n)));
      for (const n of numbers) {
        if (used.has(n)) continue;
        if (on) next.add(n);
        else next.delete(n);
      }
      return next;
    });
  };

  const press = (n: number, range: boolean) => {
    setCursor(n);
    if (used.has(n)) {
      setShown(n);
      return;
    }
    if (!editable) return;
    if (range && anchor.current !== null) {
      const [a, b] = [Math.min(anchor.current, n), Math.max(anchor.current, n)];
      put(ALL.slice(a - 1, b), true);
    } else {
      const on = !chosen.has(n);
      painting.current = on;
      put([n], on);
    }
    anchor.current = n;
  };

  const move = (to: number, extend: boolean) => {
    const n = Math.max(1, Math.min(99, to));
    setCursor(n);
    if (extend && editable) put([cursor, n], true);
    grid.current?.querySelector<HTMLElement>(`[data-n="${n}"]`)?.focus();
  };

  const onKeyDown = (e: React.KeyboardEvent) => {
    if (composing(e)) return;
    const steps: Record<string, number> = { ArrowRight: 1, ArrowLeft: -1, ArrowDown: COLUMNS, ArrowUp: -COLUMNS };
    const step = steps[e.key];
    if (step !== undefined) move(cursor + step, e.shiftKey);
    else if (e.key === "Home") move(1, false);
    else if (e.key === "End") move(99, false);
    else if (e.key === " ") press(cursor, false);
    else if (e.key === "Enter") {
      if (used.has(cursor)) setShown(cursor);
      else if (free.length > 0) nickname.current?.focus();
      else press(cursor, false);
    } else if (e.key === "Escape") {
      setChosen(new Set());
      setShown(null);
    } else return;
    painting.current = null;
    e.preventDefault();
  };

  const submit = async (values: { nickname?: string; remark?: string }) => {
    const numbers = free.toSorted((a, b) => a - b);
    if (numbers.length === 0) return;
    setLines([]);
    setTaken(new Set());
    const nick = values.nickname?.trim();
    const remark = values.remark?.trim();
    try {
      const res = await create.mutateAsync({
        gradeId: grade.id,
        numbers,
        schoolYear: props.schoolYear,
        ...(nick ? { nickname: nick } : {}),
        ...(remark ? { remark } : {}),
      });
      setChosen(new Set());
      form.resetFields();
      grid.current?.querySelector<HTMLElement>(`[data-n="${numbers.at(-1)}"]`)?.focus();
      notify.done(tClasses.created(grade.name, numberRuns(numbers)), () => {
        void Promise.all(res.items.map((c) => remove.mutateAsync({ id: c.id, version: c.version }))).catch(notify.failed);
      });
    } catch (thrown) {
      if (thrown instanceof CallError) {
        // Only the numbers that others have turn red: the field says which of those asked for.
        const places = thrown.problems.filter((p) => p.code === "class.number_taken").map((p) => Number(p.field?.split(".")[1]));
        setTaken(new Set(places.flatMap((at) => numbers[at] ?? [])));
      }
      setLines(applyProblems(form, thrown, ["nickname", "remark"]));
      // Shows who has the number now.
      create.reset();
      await refresh();
    }
  };
  const refresh = useRefresh();

  const shown = shownNumber === null ? undefined : used.get(shownNumber);

  return (
    <div className="ek-board-wrap">
      <div className="ek-board-main">
        <div
          className="ek-board"
          ref={grid}
          role="grid"
          tabIndex={-1}
          aria-label={`${grade.name} ${tClasses.board}`}
          aria-multiselectable="true"
          onKeyDown={onKeyDown}
          data-testid="class-board"
        >
          {ROWS.map((row) => (
            <div role="row" className="ek-board-row" key={row[0]}>
              {row.map((n) => {
            const c = used.get(n);
            const state = c ? (taken.has(n) ? "taken" : c.open ? "used" : "closed") : chosen.has(n) ? "chosen" : "free";
            const label =
              c && state === "taken"
                ? `${tClasses.cellTaken(n)}\n${tClasses.cellUsed(n, c.pupils, c.nickname ?? "")}`
                : c
                  ? c.open
                    ? tClasses.cellUsed(n, c.pupils, c.nickname ?? "")
                    : tClasses.cellClosed(n, c.pupils)
                  : chosen.has(n)
                    ? tClasses.cellSelected(n)
                    : tClasses.cellFree(n);
            return (
              <button
                key={n}
                type="button"
                role="gridcell"
                className="ek-board-cell"
                data-n={n}
                data-state={state}
                data-shown={shownNumber === n}
                data-testid={`class-cell-${n}`}
                data-tip={c ? label : undefined}
                aria-label={label}
                aria-selected={state === "chosen"}
                tabIndex={n === cursor ? 0 : -1}
                onPointerDown={(e) => {
                  if (e.button !== 0) return;
                  press(n, e.shiftKey);
                }}
                onPointerEnter={(e) => {
                  if (painting.current !== null && e.buttons === 1) put([n], painting.current);
                }}
                // A click without a pointer (assistive technology).
                onClick={(e) => {
                  if (e.detail === 0) press(n, e.shiftKey);
                }}
                onFocus={() => setCursor(n)}
              >
                <b>{n}</b>
                {c?.nickname ? <span className="ek-cut">{c.nickname}</span> : null}
              </button>
            );
              })}
            </div>
          ))}
        </div>
        <div className="ek-board-foot">
          <span className="ek-legend" aria-hidden="true">
            <span><i data-state="free" />{tClasses.legendFree}</span>
            <span><i data-state="chosen" />{tClasses.legendChosen}</span>
            <span><i data-state="used" />{tClasses.legendUsed}</span>
            <span><i data-state="closed" />{tClasses.legendClosed}</span>
          </span>
          {editable ? <span className="ek-faint">{tClasses.boardHint}</span> : null}
        </div>
      </div>
      <aside className="ek-board-side">
        {shown ? (
          <ClassCard key={shown.id} value={shown} editable={editable} onClose={() => setShown(null)} onMoved={(n) => setShown(n)} />
        ) : editable ? (
          <Form form={form} layout="vertical" onFinish={(v) => void submit(v)} data-testid="class-form">
            <h2>{tClasses.newTitle}</h2>
            <p className="ek-board-chosen" data-empty={free.length === 0} aria-live="polite" data-testid="class-chosen">
              {free.length === 0 ? tClasses.newNone : tClasses.newNumbers(numberRuns(free))}
              {free.length > 1 ? <span> {tClasses.newCount(free.length)}</span> : null}
            </p>
            <Lines lines={lines} />
            <Form.Item name="nickname" label={tClasses.nickname} extra={free.length > 1 ? tClasses.nicknameMany : undefined}>
              <Input ref={nickname} data-testid="class-nickname" />
            </Form.Item>
            <Form.Item name="remark" label={tClasses.remark}>
              <Input.TextArea rows={2} data-testid="class-remark" />
            </Form.Item>
            <div className="ek-row">
              <Button disabled={chosen.size === 0} onClick={() => setChosen(new Set())} data-testid="class-clear">
                {tClasses.clear}
              </Button>
              <span className="ek-grow" />
              <Button type="primary" htmlType="submit" disabled={free.length === 0} loading={create.isPending} data-testid="class-create-submit">
                {tClasses.create(free.length)}
              </Button>
            </div>
          </Form>
        ) : (
          <p className="ek-faint">{tClasses.emptyHint}</p>
        )}
      </aside>
    </div>
  );
}

function useRefresh(): () => Promise<void> {
  const client = useQueryClient();
  return () => client.invalidateQueries({ queryKey: ["class.list"] });
}
