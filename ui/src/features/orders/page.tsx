// One order: what it is, every step with who and when, what keeps it out of a production file.
import { ArrowLeftOutlined } from "@ant-design/icons";
import { Button, Descriptions, Timeline } from "antd";
import { useState, type ReactNode } from "react";
import type { OrderPage as OrderFile, OrderStep, OrderView } from "../../api.gen";
import { useNotify } from "../../shared/components/feedback";
import { FormModal } from "../../shared/components/form-modal";
import { OrderFaults } from "../../shared/components/order-faults";
import { Page, Panel } from "../../shared/components/page";
import { ReasonField } from "../../shared/components/reason-field";
import { QueryView } from "../../shared/components/states";
import { Tag } from "../../shared/components/tags";
import { moment } from "../../shared/formatting";
import { useAction, useOp } from "../../shared/query";
import { go, href } from "../../shared/router";
import { tCommon, tOrderPage, tOrders } from "../../shared/texts";
import { orderTone } from "../../shared/tones";

export function OrderPage(props: { id: string }) {
  const query = useOp("order.show", { id: props.id });
  const order = query.data?.order;
  return (
    <Page
      title={order ? `${tOrderPage.title} · ${order.pupilName}` : tOrderPage.title}
      note={order ? <Tag tone={orderTone[order.state]}>{order.stateName}</Tag> : null}
      actions={
        <>
          <Button icon={<ArrowLeftOutlined />} onClick={() => go("/orders")} data-testid="order-back">
            {tOrderPage.back}
          </Button>
          {order ? <Steps order={order} /> : null}
        </>
      }
    >
      <QueryView query={query}>{(data) => <Content page={data} />}</QueryView>
    </Page>
  );
}

type Reasoned = "return" | "withdraw" | "cancel";
const REASONED: Record<Reasoned, { text: string; title: string; note: string; reasons: readonly string[]; done: string }> = {
  return: { text: tOrders.return, title: tOrders.returnTitle("1"), note: tOrders.returnNote, reasons: tOrders.returnReasons, done: tOrders.returned },
  withdraw: { text: tOrders.withdraw, title: tOrders.withdrawTitle(1), note: tOrders.withdrawNote, reasons: tOrders.withdrawReasons, done: tOrders.withdrawn },
  cancel: { text: tOrders.cancel, title: tOrders.cancelTitle(1), note: tOrders.cancelNote, reasons: tOrders.cancelReasons, done: tOrders.cancelled },
};

/** The buttons are the steps that the backend offers. */
function Steps(props: { order: OrderView }) {
  const { order } = props;
  const notify = useNotify();
  const submit = useAction("order.submit");
  const approve = useAction("order.approve");
  const confirm = useAction("order.confirm");
  const retry = useAction("order.retry");
  const deliver = useAction("order.deliver");
  const back = { return: useAction("order.return"), withdraw: useAction("order.withdraw"), cancel: useAction("order.cancel") };
  const [asking, setAsking] = useState<Reasoned | null>(null);
  const ids = { ids: [order.id] };
  const forward: [OrderStep, string, string, { mutateAsync: (req: { ids: string[] }) => Promise<Parameters<typeof notify.steps>[0]> }][] = [
    ["request", tOrders.submit, tOrders.submitted, submit],
    ["approve", tOrders.approve, tOrders.approved, approve],
    ["confirm", tOrders.confirm, tOrders.confirmed, confirm],
    ["retry", tOrders.retry, tOrders.retried, retry],
    ["deliver", tOrders.deliver, tOrders.delivered, deliver],
  ];
  const words = asking ? REASONED[asking] : null;
  return (
    <>
      {(["cancel", "return", "withdraw"] as const)
        .filter((step) => order.steps.includes(step))
        .map((step) => (
          <Button key={step} danger={step === "cancel"} onClick={() => setAsking(step)} data-testid={`order-${step}`}>
            {REASONED[step].text}
          </Button>
        ))}
      {forward
        .filter(([step]) => order.steps.includes(step))
        .map(([step, text, done, action]) => (
          <Button key={step} type="primary" onClick={() => void action.mutateAsync(ids).then((r) => notify.steps(r, done), notify.failed)} data-testid={`order-${step}`}>
            {text}
          </Button>
        ))}
      {asking && words ? (
        <FormModal<{ reason: string }>
          title={words.title}
          note={words.note}
          initial={{}}
          fields={{ reason: tOrders.reasonLabel }}
          submitText={words.text}
          submitTestId="order-reason-submit"
          danger={asking !== "withdraw"}
          onClose={() => setAsking(null)}
          onSubmit={async ({ reason }) => notify.steps(await back[asking].mutateAsync({ ...ids, reason }), words.done)}
        >
          {(form) => <ReasonField form={form} label={tOrders.reasonLabel} reasons={words.reasons} testId="order-reason" />}
        </FormModal>
      ) : null}
    </>
  );
}

function Content(props: { page: OrderFile }) {
  const { order, events, card, oldCard, faults } = props.page;
  const facts: [string, ReactNode][] = [
    [tOrderPage.pupil, <a key="pupil" href={href(`/pupils/${order.pupilId}`)}>{order.pupilName}</a>],
    [tOrders.col.paper, order.paperMasked],
    [tOrders.col.school, order.schoolName],
    [tOrders.col.class, tOrders.gradeClass(order.gradeName, order.classNumber)],
    [tOrderPage.kind, order.kindName],
    [tOrderPage.why, order.requestReason ?? tCommon.none],
    [tOrderPage.batch, order.batchId ? <a key="batch" href={href(`/batches/${order.batchId}`)}>{order.batchNo}</a> : tCommon.none],
    [tOrderPage.card, card ? <a key="card" href={href(`/cards/${card.id}`)}>{`${card.cardNo}（${card.stateName}）`}</a> : tCommon.none],
    [tOrderPage.oldCard, oldCard ? <a key="old" href={href(`/cards/${oldCard.id}`)}>{`${oldCard.cardNo}（${oldCard.stateName}）`}</a> : tCommon.none],
    [tOrderPage.reason, order.reason ?? tCommon.none],
  ];
  return (
    <div className="ek-stack">
      <Panel title={tOrderPage.facts}>
        <Descriptions column={2} size="small" items={facts.map(([label, children]) => ({ key: label, label, children }))} data-testid="order-facts" />
      </Panel>
      {faults.length > 0 ? (
        <Panel title={tOrderPage.faults}>
          <p className="ek-bad">{tOrderPage.faultsHint}</p>
          <OrderFaults faults={faults} testId="order-faults" />
        </Panel>
      ) : null}
      <Panel title={tOrderPage.steps}>
        <Timeline
          items={events.map((e) => ({
            key: `${e.at} ${e.stepName}`,
            content: (
              <span data-testid="order-event">
                <b>{e.stepName}</b> {moment(e.at)} {e.by} {e.reason ? <span className="ek-faint">{tOrders.reason(e.reason)}</span> : null}
              </span>
            ),
          }))}
        />
      </Panel>
    </div>
  );
}
