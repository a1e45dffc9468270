// The fields of the form, in reading order: what the Tab key visits.
import { CloseOutlined, PlusOutlined } from "@ant-design/icons";
import { Button, Form, Input, Select } from "antd";
import { createContext, use, useMemo, type ReactNode } from "react";
import type { ClassView, Problem } from "../../api.gen";
import { Panel } from "../../shared/components/page";
import { Tag } from "../../shared/components/tags";
import { tCommon, tEntry } from "../../shared/texts";

/** What is to be said below each field, and what the number filled. */
export type Shown = {
  problems: ReadonlyMap<string, readonly Problem[]>;
  derived: ReadonlySet<string>;
  onLeave: (field: string) => void;
};
export const ShownContext = createContext<Shown>({ problems: new Map(), derived: new Set(), onLeave: () => undefined });

const GUARDIANS = 8;
const of = <K extends string>(names: Record<K, string>) => (Object.entries(names) as [K, string][]).map(([value, label]) => ({ value, label }));
// Made once: a list that is new with every drawing takes the mark from the entry that Enter would choose.
const KINDS = of(tEntry.kinds);
const NONE: never[] = [];
const GENDERS = of(tEntry.genders);
const RELATIONS = of(tEntry.relations);

function Field(props: {
  /** As the backend names it: `guardians.0.phone`. */
  name: string;
  /** Within a list: row and part. */
  path?: (string | number)[];
  label: string;
  optional?: boolean;
  hint?: string;
  wide?: boolean;
  children: ReactNode;
}) {
  const shown = use(ShownContext);
  const problems = shown.problems.get(props.name) ?? [];
  const worst = problems.some((p) => p.severity === "error") ? "error" : problems.some((p) => p.severity === "warning") ? "warning" : undefined;
  const derived = shown.derived.has(props.name);
  return (
    <div data-field={props.name} className={props.wide ? "ek-wide" : undefined} onBlur={() => shown.onLeave(props.name)}>
      <Form.Item
        name={props.path ?? props.name}
        label={
          <>
            {props.label}
            {props.optional ? <span className="ek-faint">&nbsp;{tEntry.optional}</span> : null}
            {derived ? (
              <span data-testid={`entry-derived-${props.name}`}>
                &nbsp;<Tag tone="info">{tEntry.derived}</Tag>
              </span>
            ) : null}
          </>
        }
        {...(worst ? { validateStatus: worst } : {})}
        help={problems.length > 0 ? problems.map((p) => <div key={`${p.code} ${p.message}`}>{p.suggestion ? `${p.message}（${p.suggestion}）` : p.message}</div>) : props.hint ? <span className="ek-faint">{props.hint}</span> : undefined}
      >
        {props.children}
      </Form.Item>
    </div>
  );
}

export function PupilFields(props: { kind: string | undefined; classes: readonly ClassView[] | undefined }) {
  const { derived } = use(ShownContext);
  const passport = props.kind === "passport";
  const { classes } = props;
  const places = useMemo(
    () =>
      classes?.map((c) => {
        const label = `${tCommon.gradeClass(c.gradeName, c.number)} ${c.nickname ?? ""}`.trim();
        return { value: `${c.grade}-${c.number}`, label, search: `${c.grade}-${c.number} ${label}` };
      }),
    [classes],
  );
  return (
    <>
      <Panel title={tEntry.pupil} className="ek-entry-panel">
        <div className="ek-entry-grid">
          <Field name="paperKind" label={tEntry.field.paperKind}>
            <Select options={KINDS} data-testid="entry-paperKind" />
          </Field>
          {passport ? (
            <Field name="nationality" label={tEntry.field.nationality} hint={tEntry.hint.nationality}>
              <Input maxLength={3} autoComplete="off" data-testid="entry-nationality" />
            </Field>
          ) : null}
          <Field name="paperNumber" label={tEntry.field.paperNumber}>
            <Input maxLength={40} autoComplete="off" autoFocus data-testid="entry-paperNumber" />
          </Field>
          <Field name="name" label={tEntry.field.name}>
            <Input maxLength={60} autoComplete="off" data-testid="entry-name" />
          </Field>
          <Field name="gender" label={tEntry.field.gender}>
            <Select allowClear options={GENDERS} data-testid="entry-gender" />
          </Field>
          <Field name="birthDate" label={tEntry.field.birthDate} {...(derived.has("birthDate") ? {} : { hint: tEntry.hint.birthDate })}>
            <Input maxLength={20} autoComplete="off" disabled={derived.has("birthDate")} data-testid="entry-birthDate" />
          </Field>
          <Field name="place" label={tEntry.field.class} hint={classes?.length === 0 ? tEntry.hint.noClasses : tEntry.hint.class}>
            <Select
              showSearch={{ optionFilterProp: "search" }}
              loading={!places}
              options={places ?? NONE}
              data-testid="entry-place"
            />
          </Field>
          <Field name="studentNumber" label={tEntry.field.studentNumber} optional>
            <Input maxLength={40} autoComplete="off" data-testid="entry-studentNumber" />
          </Field>
          <Field name="address" label={tEntry.field.address} optional wide>
            <Input maxLength={210} autoComplete="off" data-testid="entry-address" />
          </Field>
        </div>
      </Panel>
      <Form.List name="guardians">
        {(rows, { add, remove }) => (
          <>
            {rows.map((row) => (
              <Guardian key={row.key} at={row.name} onRemove={rows.length > 1 ? () => remove(row.name) : undefined} />
            ))}
            {rows.length < GUARDIANS ? (
              <Button icon={<PlusOutlined />} onClick={() => add({ paperKind: "resident_id" })} data-testid="entry-add-guardian">
                {tEntry.addGuardian}
              </Button>
            ) : null}
          </>
        )}
      </Form.List>
    </>
  );
}

function Guardian(props: { at: number; onRemove: (() => void) | undefined }) {
  const { at } = props;
  const form = Form.useFormInstance();
  const kind = Form.useWatch<string | undefined>(["guardians", at, "paperKind"], form);
  const field = (part: string) => ({ name: `guardians.${at}.${part}`, path: [at, part] });
  return (
    <Panel
      title={tEntry.guardian(at + 1)}
      className="ek-entry-panel"
      extra={
        props.onRemove ? (
          <Button type="text" size="small" icon={<CloseOutlined />} aria-label={tEntry.removeGuardianN(at + 1)} onClick={props.onRemove} data-testid={`entry-remove-guardian-${at}`}>
            {tEntry.removeGuardian}
          </Button>
        ) : null
      }
    >
      <div className="ek-entry-grid">
        {/* Without a field of its own the id is lost, and with it which guardian it is. */}
        <Form.Item name={[at, "id"]} hidden>
          <Input />
        </Form.Item>
        <Field {...field("name")} label={tEntry.field.guardianName}>
          <Input maxLength={60} autoComplete="off" data-testid={`entry-guardian-${at}-name`} />
        </Field>
        <Field {...field("relation")} label={tEntry.field.relation}>
          <Select allowClear showSearch={{ optionFilterProp: "label" }} options={RELATIONS} data-testid={`entry-guardian-${at}-relation`} />
        </Field>
        <Field {...field("phone")} label={tEntry.field.phone} hint={tEntry.hint.phone}>
          <Input maxLength={30} autoComplete="off" data-testid={`entry-guardian-${at}-phone`} />
        </Field>
        <Field {...field("paperKind")} label={tEntry.field.guardianPaperKind} optional>
          <Select options={KINDS} data-testid={`entry-guardian-${at}-paperKind`} />
        </Field>
        {kind === "passport" ? (
          <Field {...field("nationality")} label={tEntry.field.nationality} hint={tEntry.hint.nationality}>
            <Input maxLength={3} autoComplete="off" data-testid={`entry-guardian-${at}-nationality`} />
          </Field>
        ) : null}
        <Field {...field("paperNumber")} label={tEntry.field.guardianPaper} optional>
          <Input maxLength={40} autoComplete="off" data-testid={`entry-guardian-${at}-paperNumber`} />
        </Field>
        <Field {...field("bankCard")} label={tEntry.field.bankCard} optional>
          <Input maxLength={30} autoComplete="off" data-testid={`entry-guardian-${at}-bankCard`} />
        </Field>
      </div>
    </Panel>
  );
}
