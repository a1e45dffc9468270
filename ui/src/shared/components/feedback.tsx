// Messages after an action, and what could not be done.
import { Alert, App, Button, type FormInstance } from "antd";
import { useCallback, useMemo } from "react";
import type { StepResult } from "../../api.gen";
import { CallError } from "../../platform";
import { count } from "../formatting";
import { tCommon, tError } from "../texts";
import { errorLines } from "./states";

/** Short messages; `undo` offers the way back for ten seconds. */
export function useNotify() {
  const { message, notification, modal } = App.useApp();
  const done = useCallback(
    (text: string, undo?: () => void) => {
      if (!undo) {
        void message.success(text, 4);
        return;
      }
      const key = `undo-${Date.now()}`;
      notification.success({
        key,
        title: text,
        duration: 10,
        placement: "bottom",
        actions: (
          <Button
            size="small"
            data-testid="undo"
            onClick={() => {
              notification.destroy(key);
              undo();
            }}
          >
            {tCommon.undo}
          </Button>
        ),
      });
    },
    [message, notification],
  );
  /** Said longer, with what it means. */
  const told = useCallback((title: string, description: string) => void notification.info({ title, description, duration: 12, placement: "bottom" }), [notification]);
  const hint = useCallback((text: string) => void message.info({ key: text, content: text, duration: 2 }), [message]);
  const failed = useCallback(
    (thrown: unknown) => {
      if (thrown instanceof Error && thrown.name === "AbortError") return;
      if (thrown instanceof CallError && (thrown.has("session.required") || thrown.has("cancelled"))) return;
      const lines = errorLines(thrown);
      notification.error({
        title: lines[0] ?? "",
        description: lines.length > 1 ? lines.slice(1, 8).map((line) => <div key={line}>{line}</div>) : undefined,
        duration: 12,
        placement: "bottom",
      });
    },
    [notification],
  );
  const steps = useCallback(
    (result: StepResult, what: string, undo?: () => void) => {
      if (result.problems.length === 0) {
        done(tError.stepDone(result.done, what), undo);
        return;
      }
      modal.info({
        icon: null,
        width: 640,
        title: tError.stepDone(result.done, what),
        okText: tCommon.close,
        content: (
          <div data-testid="step-problems">
            {[result.problems.filter((p) => p.severity === "error"), result.problems.filter((p) => p.severity !== "error")].map((list, at) =>
              list.length === 0 ? null : (
                <div key={at === 0 ? "left" : "told"}>
                  <p>{at === 0 ? tError.stepRest(list.length) : tError.stepTold(list.length)}</p>
                  <ul className="ek-plain-list ek-scroll-list">
                    {list.slice(0, 500).map((p, i) => (
                      <li key={`${p.subjectId ?? ""}-${p.code}-${i}`}>
                        {p.subjectName ? <b>{p.subjectName} </b> : null}
                        {p.message}
                        {p.suggestion ? <span className="ek-faint"> {p.suggestion}</span> : null}
                      </li>
                    ))}
                  </ul>
                </div>
              ),
            )}
          </div>
        ),
      });
    },
    [done, modal],
  );
  return useMemo(() => ({ done, told, hint, failed, steps }), [done, told, hint, failed, steps]);
}

/**
 * Puts problems on the fields they name and returns the lines that belong to none.
 * `alias` maps a backend field to the form's name where they differ.
 */
export function applyProblems(form: FormInstance, thrown: unknown, fields: readonly string[], alias: Record<string, string> = {}): string[] {
  if (!(thrown instanceof CallError) || thrown.problems.length === 0) return errorLines(thrown);
  const rest: string[] = [];
  const byField = new Map<string, string[]>();
  for (const p of thrown.problems) {
    const text = p.suggestion ? `${p.message}（${p.suggestion}）` : p.message;
    const name = p.field === undefined ? undefined : (alias[p.field] ?? p.field);
    if (name !== undefined && fields.includes(name)) byField.set(name, [...(byField.get(name) ?? []), text]);
    else rest.push(text);
  }
  form.setFields([...byField].map(([name, errors]) => ({ name, errors })));
  const first = fields.find((f) => byField.has(f));
  if (first !== undefined) form.getFieldInstance(first)?.focus?.();
  return rest;
}

export function Lines(props: { lines: readonly string[]; tone?: "error" | "warning" | "info" }) {
  if (props.lines.length === 0) return null;
  return (
    <Alert
      type={props.tone ?? "error"}
      showIcon
      className="ek-lines"
      data-testid="form-problems"
      title={props.lines.map((line) => (
        <div key={line}>{line}</div>
      ))}
    />
  );
}

/** Says how much is chosen and lets one choose everything that matches. */
export function SelectionBar(props: {
  testId: string;
  chosen: number;
  all: boolean;
  total?: { count: number; more: boolean } | undefined;
  loaded: number;
  onAll?: (() => void) | undefined;
  onClear: () => void;
  texts: { chosen: (n: string) => string; chooseAll: (n: string) => string; clear: string };
  children: React.ReactNode;
}) {
  const { total } = props;
  const totalText = total ? (total.more ? `${count(total.count)}+` : count(total.count)) : count(props.loaded);
  const canAll = props.onAll && !props.all && (total ? total.count > props.chosen : false);
  return (
    <div className="ek-selection" data-testid={props.testId} data-active={props.chosen > 0 || props.all}>
      {props.chosen > 0 || props.all ? (
        <>
          <span aria-live="polite">{props.texts.chosen(props.all ? totalText : count(props.chosen))}</span>
          {canAll ? (
            <Button type="link" size="small" onClick={props.onAll} data-testid={`${props.testId}-all`}>
              {props.texts.chooseAll(totalText)}
            </Button>
          ) : null}
          <Button type="link" size="small" onClick={props.onClear} data-testid={`${props.testId}-clear`}>
            {props.texts.clear}
          </Button>
        </>
      ) : null}
      <span className="ek-grow" />
      {props.children}
    </div>
  );
}

