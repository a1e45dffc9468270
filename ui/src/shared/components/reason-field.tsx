// Why something is done, with reasons to choose from.
import { Button, Form, Input, type FormInstance } from "antd";
import { tCommon } from "../texts";

export function ReasonField<V extends { reason: string }>(props: { form: FormInstance<V>; label: string; reasons: readonly string[]; testId: string }) {
  const { form, label } = props;
  return (
    <>
      <Form.Item name="reason" label={label} rules={[{ required: true, whitespace: true, message: tCommon.required(label) }]}>
        <Input.TextArea autoFocus rows={3} data-testid={props.testId} />
      </Form.Item>
      <div className="ek-row" style={{ marginBottom: 16 }}>
        {props.reasons.map((reason) => (
          <Button key={reason} size="small" onClick={() => form.setFieldsValue({ reason } as never)}>
            {reason}
          </Button>
        ))}
      </div>
    </>
  );
}
