// Asking for a card of one pupil: the first, a lost one anew, one in exchange; the latter two with a reason.
import { Form, Segmented } from "antd";
import type { OrderKind, PupilPage } from "../../api.gen";
import { useNotify } from "../../shared/components/feedback";
import { FormModal } from "../../shared/components/form-modal";
import { ReasonField } from "../../shared/components/reason-field";
import { useAction } from "../../shared/query";
import { tPupilOrder } from "../../shared/texts";

const KINDS: readonly OrderKind[] = ["new", "replacement", "exchange"];

type Values = { kind: OrderKind; reason: string };

export function RequestOrder(props: { pupil: PupilPage; onClose: () => void }) {
  const { pupil } = props;
  const notify = useNotify();
  const request = useAction("order.request");
  return (
    <FormModal<Values>
      title={tPupilOrder.title(pupil.name)}
      note={tPupilOrder.note}
      initial={{ kind: pupil.cardId ? "replacement" : "new" }}
      fields={{ kind: tPupilOrder.kind, reason: tPupilOrder.reason }}
      submitText={tPupilOrder.request}
      submitTestId="pupil-order-submit"
      onClose={props.onClose}
      onSubmit={async ({ kind, reason }) => {
        const result = await request.mutateAsync({ pupilIds: [pupil.id], kind, ...(kind === "new" ? {} : { reason }) });
        notify.steps(result, tPupilOrder.done);
      }}
    >
      {(form) => (
        <>
          <Form.Item name="kind" label={tPupilOrder.kind}>
            <Segmented options={KINDS.map((kind) => ({ value: kind, label: <span data-testid={`pupil-order-${kind}`}>{tPupilOrder.kinds[kind]}</span> }))} />
          </Form.Item>
          <Form.Item noStyle dependencies={["kind"]}>
            {() =>
              form.getFieldValue("kind") === "new" ? null : (
                <ReasonField form={form} label={tPupilOrder.reason} reasons={tPupilOrder.reasons} testId="pupil-order-reason" />
              )
            }
          </Form.Item>
        </>
      )}
    </FormModal>
  );
}
