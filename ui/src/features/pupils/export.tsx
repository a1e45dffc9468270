// The list as it is filtered, saved as a workbook: masked, or in clear by permission and with a reason.
import { Form, Input, Radio } from "antd";
import type { ListPupilsRequest } from "../../api.gen";
import { platform } from "../../platform";
import { useNotify } from "../../shared/components/feedback";
import { FormModal } from "../../shared/components/form-modal";
import { runJob } from "../../shared/jobs";
import { useSession } from "../../shared/session";
import { tCommon, tPupil, tPupils } from "../../shared/texts";

type Values = { how: "masked" | "clear"; reason?: string };

export function ExportModal(props: { filter: ListPupilsRequest; onClose: () => void }) {
  const { can } = useSession();
  const notify = useNotify();
  const save = async (v: Values) => {
    const unmasked = v.how === "clear";
    const res = await runJob("pupil.export", { filter: props.filter, unmasked, ...(unmasked ? { reason: v.reason ?? "" } : {}) }, tPupils.export);
    const saved = await platform.saveBlob(res.blobId, res.fileName);
    if (saved) notify.done(`${tCommon.exported(res.rows)}\uFF0C${tCommon.saved(saved.path)}`);
  };
  return (
    <FormModal<Values>
      title={tPupils.export}
      note={tPupils.exportHint}
      initial={{ how: "masked" }}
      fields={{ how: tPupils.exportHow, reason: tPupil.reason }}
      submitText={tPupils.export}
      submitTestId="pupils-export-submit"
      onSubmit={save}
      onClose={props.onClose}
    >
      <Form.Item name="how" label={tPupils.exportHow}>
        <Radio.Group
          options={[
            { value: "masked", label: tPupils.exportMasked },
            { value: "clear", label: tPupils.exportClear, disabled: !can("export_pupils") },
          ]}
        />
      </Form.Item>
      <Form.Item noStyle shouldUpdate={(a: Values, b: Values) => a.how !== b.how}>
        {(form) =>
          form.getFieldValue("how") === "clear" ? (
            <Form.Item name="reason" label={tPupil.reason} rules={[{ required: true, message: tCommon.required(tPupil.reason) }]}>
              <Input maxLength={200} placeholder={tPupil.reasonHint} data-testid="pupils-export-reason" />
            </Form.Item>
          ) : null
        }
      </Form.Item>
    </FormModal>
  );
}
