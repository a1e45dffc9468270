// 注册报到 and 转入转出: the same list, coming and going, with the steps that one's side may take.
import { ImportOutlined, PlusOutlined } from "@ant-design/icons";
import { Button, Form, Input, Segmented, Select } from "antd";
import { useState } from "react";
import type { ApplicationState, MoveSide, MoveView, PaperKind, StepResult } from "../../api.gen";
import { ClassFields } from "../../shared/components/class-fields";
import { type Column } from "../../shared/components/data-table";
import { SelectionBar, useNotify } from "../../shared/components/feedback";
import { FormModal } from "../../shared/components/form-modal";
import { Page } from "../../shared/components/page";
import { PagedTable } from "../../shared/components/paged-table";
import { SchoolPicker } from "../../shared/components/school-picker";
import { EmptyState } from "../../shared/components/states";
import { Tag } from "../../shared/components/tags";
import { capped, moment } from "../../shared/formatting";
import { useAction, usePages } from "../../shared/query";
import { go, useParams } from "../../shared/router";
import { useScope } from "../../shared/scope";
import { tCommon, tMoves, tPupils } from "../../shared/texts";
import { applicationTone } from "../../shared/tones";

type List = "registration.list" | "transfer.list";

const columns = (op: List): Column<MoveView>[] => [
  { key: "name", title: tMoves.col.name, width: 84, render: (m) => m.name },
  { key: "paper", title: tMoves.col.paper, width: 166, render: (m) => m.paperMasked || tCommon.none },
  { key: "from", title: tMoves.col.from, min: 140, render: (m) => tMoves.place(m.fromSchoolName, m.fromClass) },
  { key: "to", title: tMoves.col.to, min: 140, render: (m) => tMoves.place(m.schoolName, tCommon.gradeClass(m.gradeName, m.classNumber)) },
  { key: "state", title: tMoves.col.state, width: op === "registration.list" ? 112 : 190, render: (m) => <Tag tone={applicationTone[m.state]}>{m.stateName}</Tag> },
  { key: "time", title: tMoves.col.time, width: 144, render: (m) => (m.submittedAt === undefined ? tCommon.none : moment(m.submittedAt)) },
  { key: "note", title: tMoves.col.note, min: 130, render: note },
];

function note(m: MoveView) {
  if (m.state === "returned" && m.returnedReason) return m.returnedReason;
  if (m.recordedName) return tMoves.recorded(m.recordedName);
  if (m.nameDiffers) return tMoves.differs;
  return m.reason ?? tCommon.none;
}

export function Moves(props: { op: List }) {
  const { op } = props;
  const scope = useScope();
  const [params, change] = useParams();
  const [chosen, setChosen] = useState<ReadonlySet<string>>(new Set());
  const [adding, setAdding] = useState(false);
  const side: MoveSide = params.get("side") === "out" ? "out" : "in";
  const state = params.get("state") as ApplicationState | null;
  const importId = params.get("import");
  const { query, items, pages } = usePages(op, {
    side,
    ...(scope.district ? { district: scope.district } : {}),
    ...(scope.schoolId ? { schoolId: scope.schoolId } : {}),
    ...(state ? { state } : {}),
    ...(importId && op === "registration.list" ? { importId } : {}),
    limit: 100,
  });
  const total = pages?.[0]?.count;
  const { schoolId } = scope;
  const registers = op === "registration.list";
  return (
    <Page
      title={tMoves.titles[op]}
      fill
      actions={
        <>
          {registers ? (
            <Button icon={<ImportOutlined />} onClick={() => go("/imports/new", { kind: "registrations" })} data-testid="moves-bulk">
              {tMoves.bulk}
            </Button>
          ) : null}
          <span data-tip={schoolId ? undefined : tMoves.chooseSchool}>
            <Button type="primary" icon={<PlusOutlined />} disabled={!schoolId} onClick={() => setAdding(true)} data-testid="moves-add">
              {registers ? tMoves.add : tMoves.ask}
            </Button>
          </span>
        </>
      }
      toolbar={
        <>
          <SchoolPicker testId="moves-school" width={240} />
          <Segmented
            aria-label={tMoves.side}
            value={side}
            onChange={(v) => change({ side: v === "out" ? v : undefined })}
            options={[
              { value: "in", label: tMoves.sides[op].in },
              { value: "out", label: tMoves.sides[op].out },
            ]}
            data-testid="moves-side"
          />
          {registers ? (
            <Select
              allowClear
              aria-label={tMoves.col.state}
              placeholder={tMoves.col.state}
              style={{ width: "9.4em" }}
              value={state}
              options={Object.entries(tPupils.states).map(([value, label]) => ({ value, label }))}
              onChange={(next?: string) => change({ state: next })}
              data-testid="moves-state"
            />
          ) : null}
        </>
      }
      footer={<Steps op={op} side={side} chosen={items.filter((m) => chosen.has(m.id))} loaded={items.length} total={total} onClear={() => setChosen(new Set())} />}
    >
      <PagedTable
        label={tMoves.titles[op]}
        testId="moves"
        items={items}
        query={query}
        columns={columns(op)}
        rowKey={(m) => m.id}
        rowTestId={(m) => `move-row-${m.id}`}
        selection={{ keys: chosen, onChange: setChosen }}
        total={total ? capped(total) : undefined}
        empty={<EmptyState title={tMoves.none} hint={tMoves.noneHint} />}
      />
      {adding && schoolId ? registers ? <Add schoolId={schoolId} onClose={() => setAdding(false)} /> : <Ask schoolId={schoolId} onClose={() => setAdding(false)} /> : null}
    </Page>
  );
}

/** One call a school, for lists across schools. */
const bySchool = async (list: MoveView[], step: (schoolId: string, ids: string[]) => Promise<StepResult>): Promise<StepResult> => {
  const schools = [...new Set(list.map((m) => m.schoolId))];
  const results = await Promise.all(schools.map((id) => step(id, list.filter((m) => m.schoolId === id).map((m) => m.id))));
  return { done: results.reduce((n, r) => n + r.done, 0), problems: results.flatMap((r) => r.problems) };
};
/** One call a child. */
const each = async (list: MoveView[], step: (m: MoveView) => Promise<unknown>): Promise<StepResult> => {
  await Promise.all(list.map(step));
  return { done: list.length, problems: [] };
};

/** The backend decides which step is allowed; a button counts only those that wait for it. */
function Steps(props: {
  op: List;
  side: MoveSide;
  chosen: MoveView[];
  loaded: number;
  total: { count: number; more: boolean } | undefined;
  onClear: () => void;
}) {
  const { op, side, chosen } = props;
  const notify = useNotify();
  const submit = useAction("registration.submit");
  const withdraw = useAction("registration.withdraw");
  const release = useAction("transfer.release");
  const refuse = useAction("transfer.refuse");
  const takeBack = useAction("transfer.withdraw");
  const [asking, setAsking] = useState(false);
  const [busy, setBusy] = useState(false);
  const registers = op === "registration.list";
  const drafts = chosen.filter((m) => m.state === "draft" || m.state === "returned");
  const open = chosen.filter((m) => m.state !== "approved");

  const run = async (work: () => Promise<StepResult>, done: string) => {
    setBusy(true);
    try {
      const result = await work();
      props.onClear();
      notify.steps(result, done);
    } catch (thrown) {
      notify.failed(thrown);
    } finally {
      setBusy(false);
    }
  };
  return (
    <SelectionBar testId="moves-selection" chosen={chosen.length} all={false} total={props.total} loaded={props.loaded} onClear={props.onClear} texts={tMoves}>
      {side === "in" ? (
        <Button
          disabled={open.length === 0 || busy}
          onClick={() =>
            void run(
              () =>
                registers
                  ? bySchool(open, (schoolId, list) => withdraw.mutateAsync({ schoolId, ids: list }))
                  : each(open, (m) => takeBack.mutateAsync({ schoolId: m.schoolId, id: m.id })),
              tMoves.withdrawn,
            )
          }
          data-testid="moves-withdraw"
        >
          {tMoves.withdraw}
        </Button>
      ) : null}
      {side === "in" && registers ? (
        <Button
          type="primary"
          disabled={drafts.length === 0 || busy}
          onClick={() => void run(() => bySchool(drafts, (schoolId, list) => submit.mutateAsync({ schoolId, ids: list })), tMoves.submitted)}
          data-testid="moves-submit"
        >
          {tMoves.submit}
        </Button>
      ) : null}
      {side === "out" && !registers ? (
        <>
          <Button disabled={drafts.length === 0 || busy} onClick={() => setAsking(true)} data-testid="moves-refuse">
            {tMoves.refuse}
          </Button>
          <Button
            type="primary"
            disabled={drafts.length === 0}
            loading={busy}
            onClick={() => void run(() => each(drafts, (m) => release.mutateAsync({ fromSchoolId: m.fromSchoolId, id: m.id })), tMoves.released)}
            data-testid="moves-release"
          >
            {tMoves.release}
          </Button>
        </>
      ) : null}
      {asking ? (
        <FormModal<{ reason: string }>
          title={tMoves.refuse}
          initial={{}}
          fields={{ reason: tMoves.reason }}
          submitText={tMoves.refuse}
          submitTestId="moves-reason-submit"
          danger
          onClose={() => setAsking(false)}
          onSubmit={async ({ reason }) => {
            const result = await each(drafts, (m) => refuse.mutateAsync({ fromSchoolId: m.fromSchoolId, id: m.id, reason }));
            props.onClear();
            notify.steps(result, tMoves.refused);
          }}
        >
          <Form.Item name="reason" label={tMoves.reason} rules={[{ required: true, whitespace: true, message: tCommon.required(tMoves.reason) }]}>
            <Input.TextArea autoFocus rows={3} maxLength={200} data-testid="moves-reason" />
          </Form.Item>
        </FormModal>
      ) : null}
    </SelectionBar>
  );
}

type Place = { paperNumber: string; grade: number; classNumber: number };

const rule = (label: string) => [{ required: true, message: tCommon.required(label) }];

function PlaceFields(props: { schoolId: string; grades: readonly [number, number] }) {
  return (
    <>
      <Form.Item name="paperNumber" label={tMoves.number} rules={rule(tMoves.number)}>
        <Input autoComplete="off" spellCheck={false} maxLength={40} data-testid="move-number" />
      </Form.Item>
      <ClassFields {...props} />
    </>
  );
}

function Add(props: { schoolId: string; onClose: () => void }) {
  const notify = useNotify();
  const create = useAction("registration.create");
  return (
    <FormModal<Place & { name: string; paperKind: PaperKind; nationality?: string }>
      title={tMoves.add}
      note={tMoves.addNote}
      initial={{ paperKind: "resident_id", grade: 7 }}
      fields={{ name: tMoves.name, paperKind: tMoves.kind, nationality: tMoves.nationality, paperNumber: tMoves.number, grade: tCommon.grade, classNumber: tCommon.classNo }}
      submitText={tMoves.save}
      submitTestId="move-save"
      onClose={props.onClose}
      onSubmit={async ({ nationality, ...values }) => {
        const made = await create.mutateAsync({ schoolId: props.schoolId, ...values, ...(nationality ? { nationality } : {}) });
        notify.steps({ done: 1, problems: made.problems }, tMoves.added);
      }}
    >
      <Form.Item name="name" label={tMoves.name} rules={[{ required: true, message: tCommon.required(tMoves.name) }]}>
        <Input maxLength={50} data-testid="move-name" />
      </Form.Item>
      <Form.Item name="paperKind" label={tMoves.kind}>
        <Select options={Object.entries(tMoves.kinds).map(([value, label]) => ({ value, label }))} data-testid="move-kind" />
      </Form.Item>
      <Form.Item noStyle shouldUpdate={(a, b) => a.paperKind !== b.paperKind}>
        {(form) =>
          form.getFieldValue("paperKind") === "passport" ? (
            <Form.Item name="nationality" label={tMoves.nationality}>
              <Input maxLength={3} data-testid="move-nationality" />
            </Form.Item>
          ) : null
        }
      </Form.Item>
      <PlaceFields schoolId={props.schoolId} grades={[7, 9]} />
    </FormModal>
  );
}

function Ask(props: { schoolId: string; onClose: () => void }) {
  const notify = useNotify();
  const ask = useAction("transfer.request");
  return (
    <FormModal<Place & { reason: string }>
      title={tMoves.ask}
      note={tMoves.askNote}
      initial={{}}
      fields={{ paperNumber: tMoves.number, grade: tCommon.grade, classNumber: tCommon.classNo, reason: tMoves.reason }}
      submitText={tMoves.ask}
      submitTestId="move-ask"
      onClose={props.onClose}
      onSubmit={async (values) => {
        await ask.mutateAsync({ schoolId: props.schoolId, ...values });
        notify.steps({ done: 1, problems: [] }, tMoves.asked);
      }}
    >
      <PlaceFields schoolId={props.schoolId} grades={[1, 9]} />
      <Form.Item name="reason" label={tMoves.reason} rules={[{ required: true, whitespace: true, message: tCommon.required(tMoves.reason) }]}>
        <Input.TextArea rows={2} maxLength={200} data-testid="move-why" />
      </Form.Item>
    </FormModal>
  );
}
