// A form in a dialog: problems on their fields, unsaved input asked about, another person's change shown beside one's own.
import { Alert, App, Button, Form, Modal, type FormInstance } from "antd";
import { useCallback, useRef, useState, type ReactNode } from "react";
import { CallError } from "../../platform";
import { tCommon, tError } from "../texts";
import { applyProblems, Lines } from "./feedback";

type Values = Record<string, unknown>;

function trimmed<V extends object>(values: V): V {
  return Object.fromEntries(Object.entries(values).map(([k, v]) => [k, typeof v === "string" ? v.trim() : v])) as V;
}

const shown = (v: unknown): string => (v === undefined || v === null || v === "" ? tCommon.none : String(v));

/**
 * The dialog would put the focus on its close button; the person wants the first field that is still empty.
 * This may come late: whoever types already is left alone.
 */
function focusFirst(marker: HTMLElement | null): void {
  const form = marker?.closest("form");
  if (!form || form.contains(document.activeElement)) return;
  const fields = [...form.querySelectorAll<HTMLInputElement | HTMLTextAreaElement>("input.ant-input, textarea, .ant-input-number input")].filter((f) => !f.disabled);
  const target = fields.find((f) => f.value === "") ?? fields[0] ?? form.querySelector("input");
  target?.focus();
}

export function FormModal<V extends object>(props: {
  title: string;
  note?: ReactNode;
  initial: Partial<V>;
  /** Names of the fields, in reading order, with their labels. */
  fields: Record<string, string>;
  alias?: Record<string, string>;
  submitText: string;
  submitTestId: string;
  danger?: boolean;
  width?: number;
  version?: number;
  /** Reads the record as it is now, for a version conflict. */
  latest?: () => Promise<{ values: Partial<V>; version: number }>;
  onSubmit: (values: V, version: number) => Promise<void>;
  onClose: () => void;
  children: ReactNode | ((form: FormInstance<V>) => ReactNode);
}) {
  const [form] = Form.useForm<V>();
  const { modal } = App.useApp();
  const [lines, setLines] = useState<string[]>([]);
  const [busy, setBusy] = useState(false);
  const [version, setVersion] = useState(props.version ?? 0);
  const [theirs, setTheirs] = useState<{ values: Partial<V>; version: number } | null>(null);
  const names = Object.keys(props.fields);
  const box = useRef<HTMLDivElement>(null);
  const place = useCallback((node: HTMLDivElement | null) => {
    box.current = node;
    if (node) requestAnimationFrame(() => focusFirst(node));
  }, []);

  const close = () => {
    if (busy) return;
    if (!form.isFieldsTouched()) {
      props.onClose();
      return;
    }
    modal.confirm({
      title: tCommon.unsaved,
      content: tCommon.unsavedHint,
      okText: tCommon.keepEditing,
      cancelText: tCommon.discardEdits,
      onCancel: props.onClose,
    });
  };

  const submit = async (values: V) => {
    setBusy(true);
    setLines([]);
    setTheirs(null);
    try {
      await props.onSubmit(trimmed(values), version);
      props.onClose();
    } catch (thrown) {
      setBusy(false);
      if (thrown instanceof CallError && thrown.has("version.conflict") && props.latest) {
        const now = await props.latest().catch(() => null);
        if (now) {
          setTheirs(now);
          return;
        }
      }
      setLines(applyProblems(form as FormInstance, thrown, names, props.alias));
    }
  };

  const mine = form.getFieldsValue() as Values;
  const differing = theirs ? names.filter((n) => n in theirs.values && shown((theirs.values as Values)[n]) !== shown(mine[n])) : [];

  return (
    <Modal
      open
      title={props.title}
      width={props.width ?? 480}
      onCancel={close}
      mask={{ closable: false }}
      destroyOnHidden
      afterOpenChange={(open) => {
        if (open) focusFirst(box.current);
      }}
      footer={
        <>
          <Button onClick={close} data-testid="dialog-cancel">
            {tCommon.cancel}
          </Button>
          <Button type="primary" danger={props.danger ?? false} loading={busy} onClick={() => form.submit()} data-testid={props.submitTestId}>
            {props.submitText}
          </Button>
        </>
      }
    >
      <Form
        form={form}
        layout="vertical"
        initialValues={props.initial}
        validateTrigger="onBlur"
        onFinish={(v) => void submit(v)}
        className="ek-modal-form"
      >
        <div ref={place} hidden />
        {props.note ? <p className="ek-faint ek-lines">{props.note}</p> : null}
        <Lines lines={lines} />
        {theirs ? (
          <Alert
            type="warning"
            showIcon
            className="ek-lines"
            data-testid="version-conflict"
            title={tError.conflictTitle}
            description={
              <>
                <p>{tError.conflictHint}</p>
                <table className="ek-conflict">
                  <thead>
                    <tr>
                      <th>{tCommon.field}</th>
                      <th>{tError.conflictMine}</th>
                      <th>{tError.conflictTheirs}</th>
                    </tr>
                  </thead>
                  <tbody>
                    {differing.map((n) => (
                      <tr key={n}>
                        <th>{props.fields[n]}</th>
                        <td>{shown(mine[n])}</td>
                        <td>{shown((theirs.values as Values)[n])}</td>
                      </tr>
                    ))}
                  </tbody>
                </table>
                <Button
                  size="small"
                  data-testid="version-reload"
                  onClick={() => {
                    form.setFieldsValue(theirs.values as never);
                    setVersion(theirs.version);
                    setTheirs(null);
                  }}
                >
                  {tError.conflictReload}
                </Button>
              </>
            }
          />
        ) : null}
        {typeof props.children === "function" ? props.children(form) : props.children}
        {/* Enter in a field submits, although the visible button is in the footer. */}
        <button type="submit" hidden aria-hidden="true" tabIndex={-1} />
      </Form>
    </Modal>
  );
}
