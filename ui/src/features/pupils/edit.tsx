// A correction with a reason. Masked fields are not filled in: what is left blank stays as it is.
import { Button, Form, Input, Select } from "antd";
import type { EditPupilRequest, PaperKind, PupilPage, RecordPart } from "../../api.gen";
import { call } from "../../shared/call";
import { useNotify } from "../../shared/components/feedback";
import { FormModal } from "../../shared/components/form-modal";
import { useAction } from "../../shared/query";
import { tCommon, tEntry, tPupil, tPupils } from "../../shared/texts";

type GuardianValues = { id?: string; name?: string; relation?: string; phone?: string };
type Values = {
  name?: string;
  gender?: string;
  paperKind?: PaperKind;
  nationality?: string;
  paperNumber?: string;
  birthDate?: string;
  studentNumber?: string;
  address?: string;
  guardians?: GuardianValues[];
  reason?: string;
};

/** Their numbers always state the birth date. An old 永久居留身份证 does not, so that its kind is not among them. */
const DATED: readonly (PaperKind | undefined)[] = ["resident_id", "hmt_residence"];

const values = (p: PupilPage): Values => ({
  name: p.name,
  paperKind: p.paperKind,
  ...(p.nationality ? { nationality: p.nationality } : {}),
  ...(p.gender ? { gender: p.gender } : {}),
  guardians: p.guardians.map((g) => ({ id: g.id, name: g.name, ...(g.relationName ? { relation: g.relationName } : {}) })),
});

/** Another kind or country is another paper: its number has to be given with it. */
function otherPaper(p: PupilPage, v: Pick<Values, "paperKind" | "nationality">): boolean {
  return v.paperKind !== p.paperKind || (v.paperKind === "passport" && (v.nationality ?? "").trim().toUpperCase() !== (p.nationality ?? ""));
}

/** Only what differs from the page is sent, so that another person's corrections of other parts stand. */
function changed(p: PupilPage, v: Values): Omit<EditPupilRequest, "id" | "version" | "reason"> {
  const before = values(p);
  const guardians = (v.guardians ?? []).map((g) => ({
    ...(g.id ? { id: g.id } : {}),
    name: g.name?.trim() ?? "",
    ...(g.relation ? { relation: g.relation } : {}),
    ...(g.phone?.trim() ? { phone: g.phone.trim() } : {}),
  }));
  return {
    ...(v.name !== undefined && v.name !== before.name ? { name: v.name } : {}),
    ...(v.gender !== undefined && v.gender !== before.gender ? { gender: v.gender } : {}),
    ...(v.paperNumber || otherPaper(p, v)
      ? {
          ...(v.paperKind ? { paperKind: v.paperKind } : {}),
          ...(v.paperKind === "passport" && v.nationality ? { nationality: v.nationality } : {}),
          ...(v.paperNumber ? { paperNumber: v.paperNumber } : {}),
        }
      : {}),
    ...(v.birthDate && !DATED.includes(v.paperKind) ? { birthDate: v.birthDate } : {}),
    ...(v.studentNumber ? { studentNumber: v.studentNumber } : {}),
    ...(v.address ? { address: v.address } : {}),
    ...(JSON.stringify(guardians) === JSON.stringify(before.guardians) ? {} : { guardians }),
  };
}

export function EditPupil(props: { pupil: PupilPage; onClose: () => void }) {
  const { pupil } = props;
  const action = useAction("pupil.edit");
  const notify = useNotify();
  const may = (part: RecordPart) => pupil.mayCorrect.includes(part);
  return (
    <FormModal<Values>
      title={tPupil.editTitle}
      note={may("name") ? tPupil.editNote : `${tPupil.editNote}${tPupil.editLocked}`}
      width={640}
      initial={values(pupil)}
      version={pupil.version}
      latest={async () => {
        const now = await call("pupil.show", { id: pupil.id });
        return { values: values(now), version: now.version };
      }}
      fields={{
        name: tPupil.name,
        gender: tPupil.gender,
        paperKind: tEntry.field.paperKind,
        nationality: tEntry.field.nationality,
        paperNumber: tPupil.paperNumber,
        birthDate: tPupil.newBirthDate,
        studentNumber: tPupil.newStudentNumber,
        address: tPupil.newAddress,
        reason: tPupil.reason,
      }}
      submitText={tPupil.editSubmit}
      submitTestId="pupil-edit-submit"
      onSubmit={async (v, version) => {
        const done = await action.mutateAsync({ id: pupil.id, version, reason: v.reason ?? "", ...changed(pupil, v) });
        notify.done(done.corrected.length > 0 ? tPupil.edited : tPupil.unchanged);
      }}
      onClose={props.onClose}
    >
      {may("name") ? (
        <>
          <Form.Item name="name" label={tPupil.name}>
            <Input maxLength={50} data-testid="pupil-edit-name" />
          </Form.Item>
          <Form.Item name="gender" label={tPupil.gender}>
            <Select options={Object.entries(tPupils.gender).map(([value, label]) => ({ value, label }))} data-testid="pupil-edit-gender" />
          </Form.Item>
          <Paper pupil={pupil} />
        </>
      ) : null}
      <Form.Item name="studentNumber" label={tPupil.newStudentNumber}>
        <Input maxLength={30} autoComplete="off" placeholder={`${pupil.studentNumberMasked ?? ""} ${tPupil.keep}`} data-testid="pupil-edit-student-number" />
      </Form.Item>
      <Form.Item name="address" label={tPupil.newAddress}>
        <Input maxLength={200} autoComplete="off" placeholder={tPupil.keep} data-testid="pupil-edit-address" />
      </Form.Item>
      <Form.List name="guardians">
        {(fields, { add, remove }) => (
          <>
            {fields.map((field) => (
              <div className="ek-guardian" key={field.key}>
                {/* Without a field of its own the id is lost, and with it the phone that is not filled in. */}
                <Form.Item name={[field.name, "id"]} hidden>
                  <Input />
                </Form.Item>
                <Form.Item name={[field.name, "name"]} label={tPupil.guardianName} rules={[{ required: true, message: tCommon.required(tPupil.guardianName) }]}>
                  <Input maxLength={50} data-testid={`pupil-edit-guardian-${field.name}`} />
                </Form.Item>
                <Form.Item name={[field.name, "relation"]} label={tPupil.guardianRelation}>
                  <Input maxLength={10} />
                </Form.Item>
                <Form.Item name={[field.name, "phone"]} label={tPupil.guardianPhone}>
                  <Input maxLength={20} autoComplete="off" placeholder={tPupil.keep} data-testid={`pupil-edit-phone-${field.name}`} />
                </Form.Item>
                <Button onClick={() => remove(field.name)}>{tPupil.removeGuardian}</Button>
              </div>
            ))}
            <Button style={{ marginBottom: 24 }} onClick={() => add({})} data-testid="pupil-edit-add-guardian">
              {tPupil.addGuardian}
            </Button>
          </>
        )}
      </Form.List>
      <Form.Item name="reason" label={tPupil.reason} rules={[{ required: true, message: tCommon.required(tPupil.reason) }]}>
        <Input maxLength={200} data-testid="pupil-edit-reason" />
      </Form.Item>
    </FormModal>
  );
}

function Paper(props: { pupil: PupilPage }) {
  const { pupil } = props;
  const form = Form.useFormInstance<Values>();
  const kind = Form.useWatch("paperKind", form);
  const nationality = Form.useWatch("nationality", form);
  const other = kind !== undefined && otherPaper(pupil, { paperKind: kind, ...(nationality ? { nationality } : {}) });
  return (
    <>
      <Form.Item name="paperKind" label={tEntry.field.paperKind}>
        <Select options={Object.entries(tEntry.kinds).map(([value, label]) => ({ value, label }))} data-testid="pupil-edit-paperKind" />
      </Form.Item>
      {kind === "passport" ? (
        <Form.Item name="nationality" label={tEntry.field.nationality} extra={tEntry.hint.nationality}>
          <Input maxLength={3} autoComplete="off" data-testid="pupil-edit-nationality" />
        </Form.Item>
      ) : null}
      <Form.Item
        name="paperNumber"
        label={tPupil.paperNumber}
        rules={[{ required: other, message: tPupil.otherPaper }]}
      >
        <Input maxLength={40} autoComplete="off" placeholder={other ? "" : `${pupil.paperMasked} ${tPupil.keep}`} data-testid="pupil-edit-paper" />
      </Form.Item>
      {kind === undefined || DATED.includes(kind) ? null : (
        <Form.Item name="birthDate" label={tPupil.newBirthDate} extra={tEntry.hint.birthDate}>
          <Input maxLength={20} autoComplete="off" placeholder={pupil.birthYear === undefined ? tPupil.keep : `${tPupil.birthYear(pupil.birthYear)} ${tPupil.keep}`} data-testid="pupil-edit-birthDate" />
        </Form.Item>
      )}
    </>
  );
}
