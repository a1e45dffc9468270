// One pupil into the list, found by the number of a paper.
import { DatePicker, Form, Input } from "antd";
import type { Dayjs } from "dayjs";
import { call } from "../../shared/call";
import { useNotify } from "../../shared/components/feedback";
import { FormModal } from "../../shared/components/form-modal";
import { ReasonField } from "../../shared/components/reason-field";
import { useAction } from "../../shared/query";
import { tCommon, tExtensions } from "../../shared/texts";
import { CallError } from "../../platform";

type Values = { idNumber: string; reason: string; cardNo?: string; expiresOn?: Dayjs };

export function AddModal(props: { onClose: () => void }) {
  const notify = useNotify();
  const add = useAction("extension.add");
  const submit = async (v: Values) => {
    const found = await call("pupil.find", { idNumber: v.idNumber });
    if (!found.pupil) {
      throw new CallError([{ code: "pupil.unknown", severity: "error", field: "idNumber", message: found.elsewhere ? tExtensions.elsewhere : tExtensions.unknown }]);
    }
    const result = await add.mutateAsync({
      pupilIds: [found.pupil.id],
      reason: v.reason,
      ...(v.cardNo ? { cardNo: v.cardNo } : {}),
      ...(v.expiresOn ? { expiresOn: v.expiresOn.format("YYYY-MM-DD") } : {}),
    });
    notify.steps(result, tExtensions.added);
  };
  return (
    <FormModal<Values>
      title={tExtensions.addTitle}
      note={tExtensions.addNote}
      initial={{}}
      fields={{ idNumber: tExtensions.idNumber, reason: tExtensions.col.reason, cardNo: tExtensions.col.card, expiresOn: tExtensions.expires }}
      submitText={tExtensions.add}
      submitTestId="extension-add-submit"
      onSubmit={submit}
      onClose={props.onClose}
    >
      {(form) => (
        <>
      <Form.Item name="idNumber" label={tExtensions.idNumber} rules={[{ required: true, message: tCommon.required(tExtensions.idNumber) }]}>
        <Input autoComplete="off" data-testid="extension-number" />
      </Form.Item>
      <ReasonField form={form} label={tExtensions.col.reason} reasons={tExtensions.reasons} testId="extension-reason" />
      <Form.Item name="cardNo" label={tExtensions.cardOptional}>
        <Input maxLength={40} autoComplete="off" data-testid="extension-card" />
      </Form.Item>
      <Form.Item name="expiresOn" label={tExtensions.expires} extra={tExtensions.expiresHint}>
        <DatePicker format="YYYY-MM-DD" style={{ width: "100%" }} placeholder={tExtensions.expiresNone} data-testid="extension-expires" />
      </Form.Item>
        </>
      )}
    </FormModal>
  );
}
