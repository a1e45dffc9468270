// A correction with a reason. Masked fields are not filled in: what is left blank stays as it is.
import { Button, Form, Input, Select } from "antd";
import type { EditPupilRequest, PupilPage, RecordPart } from "../../api.gen";
import { call } from "../../shared/call";
import { useNotify } from "../../shared/components/feedback";
import { FormModal } from "../../shared/components/form-modal";
import { useAction } from "../../shared/query";
import { tCommon, tPupil, tPupils } from "../../shared/texts";

type GuardianValues = { id?: string; name?: string; relation?: string; phone?: string };
type Values = { name?: string; gender?: string; paperNumber?: string; studentNumber?: string; address?: string; guardians?: GuardianValues[]; reason?: string };

const values = (p: PupilPage): Values => ({
  name: p.name,
  ...(p.gender ? { gender: p.gender } : {}),
  guardians: p.guardians.map((g) => ({ id: g.id, name: g.name, ...(g.relationName ? { relation: g.relationName } : {}) })),
});

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
    ...(v.paperNumber ? { paperNumber: v.paperNumber } : {}),
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
        paperNumber: tPupil.paperNumber,
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
          <Form.Item name="paperNumber" label={tPupil.paperNumber}>
            <Input maxLength={40} autoComplete="off" placeholder={`${pupil.paperMasked} ${tPupil.keep}`} data-testid="pupil-edit-paper" />
          </Form.Item>
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
