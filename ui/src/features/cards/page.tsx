// One card: its numbers and holder, what was done with it, every 增效记录, the holder's orders and other cards.
import { ArrowLeftOutlined } from "@ant-design/icons";
import { Button, Descriptions, Timeline } from "antd";
import { useState, type ReactNode } from "react";
import type { CardExtensionView, CardPage as CardFile, CardView, OrderView } from "../../api.gen";
import { DataTable, type Column } from "../../shared/components/data-table";
import { useNotify } from "../../shared/components/feedback";
import { FormModal } from "../../shared/components/form-modal";
import { Page, Panel } from "../../shared/components/page";
import { ReasonField } from "../../shared/components/reason-field";
import { QueryView } from "../../shared/components/states";
import { Tag } from "../../shared/components/tags";
import { moment } from "../../shared/formatting";
import { useAction, useOp } from "../../shared/query";
import { go, href } from "../../shared/router";
import { tCards, tCommon, tOrders } from "../../shared/texts";
import { cardTone, orderTone } from "../../shared/tones";
import { CARD_COLUMNS } from ".";

const EXTENSIONS: Column<CardExtensionView>[] = [
  { key: "origin", title: tCards.ext.origin, width: 130, render: (x) => x.originName },
  { key: "on", title: tCards.ext.on, width: 146, render: (x) => (x.extendedAt === undefined ? x.extendedOn : moment(x.extendedAt)) },
  { key: "until", title: tCards.ext.until, width: 120, render: (x) => x.validUntil ?? tCommon.none },
  { key: "serial", title: tCards.ext.serial, width: 180, render: (x) => x.serialRaw ?? tCommon.none },
  { key: "note", title: tCards.ext.note, min: 180, render: (x) => x.note ?? tCommon.none },
];

const ORDERS: Column<OrderView>[] = [
  { key: "kind", title: tOrders.col.kind, width: 80, render: (o) => <a href={href(`/orders/${o.id}`)}>{o.kindName}</a> },
  { key: "state", title: tOrders.col.state, width: 106, render: (o) => <Tag tone={orderTone[o.state]}>{o.stateName}</Tag> },
  { key: "requestedAt", title: tOrders.col.requestedAt, width: 146, render: (o) => (o.requestedAt === undefined ? tCommon.none : moment(o.requestedAt)) },
  { key: "batch", title: tOrders.col.batch, width: 190, render: (o) => o.batchNo ?? tCommon.none },
  { key: "card", title: tOrders.col.card, min: 140, render: (o) => o.cardNo ?? tCommon.none },
];

export function CardPage(props: { id: string }) {
  const query = useOp("card.show", { id: props.id });
  const card = query.data?.card;
  return (
    <Page
      title={card ? tCards.pageTitle(card.cardNo) : tCards.title}
      note={card ? <Tag tone={cardTone[card.state]}>{card.stateName}</Tag> : null}
      actions={
        <>
          <Button icon={<ArrowLeftOutlined />} onClick={() => go("/cards")} data-testid="card-back">
            {tCards.back}
          </Button>
          {card ? <Actions card={card} /> : null}
        </>
      }
    >
      <QueryView query={query}>{(data) => <Content page={data} />}</QueryView>
    </Page>
  );
}

function Actions(props: { card: CardView }) {
  const { card } = props;
  const notify = useNotify();
  const lose = useAction("card.lose");
  const restore = useAction("card.restore");
  const invalidate = useAction("card.invalidate");
  const [asking, setAsking] = useState<"lose" | "invalidate" | null>(null);
  return (
    <>
      {card.steps.includes("restore") ? (
        <Button onClick={() => void restore.mutateAsync({ id: card.id }).then(() => notify.done(tCards.restored), notify.failed)} data-testid="card-restore">
          {tCards.restore}
        </Button>
      ) : null}
      {card.steps.includes("lose") ? (
        <Button onClick={() => setAsking("lose")} data-testid="card-lose">
          {tCards.lose}
        </Button>
      ) : null}
      {card.steps.includes("invalidate") ? (
        <Button danger onClick={() => setAsking("invalidate")} data-testid="card-invalidate">
          {tCards.invalidate}
        </Button>
      ) : null}
      {asking ? (
        <FormModal<{ reason: string }>
          title={asking === "lose" ? tCards.loseTitle(card.cardNo) : tCards.invalidateTitle(card.cardNo)}
          note={asking === "lose" ? tCards.loseNote : tCards.invalidateNote}
          initial={{}}
          fields={{ reason: tCards.reason }}
          submitText={asking === "lose" ? tCards.lose : tCards.invalidate}
          submitTestId="card-reason-submit"
          danger={asking === "invalidate"}
          onClose={() => setAsking(null)}
          onSubmit={async ({ reason }) => {
            await (asking === "lose" ? lose : invalidate).mutateAsync({ id: card.id, reason });
            notify.done(asking === "lose" ? tCards.lost : tCards.invalidated);
          }}
        >
          {(form) => <ReasonField form={form} label={tCards.reason} reasons={asking === "lose" ? tCards.loseReasons : tCards.invalidateReasons} testId="card-reason" />}
        </FormModal>
      ) : null}
    </>
  );
}

function Content(props: { page: CardFile }) {
  const { card, events, extensions, orders, others } = props.page;
  const facts: [string, ReactNode][] = [
    [tCards.col.cardNo, card.cardNo],
    [
      tCards.col.serialNo,
      <span key="serial">
        {card.serialNo ?? tCommon.none} {card.serialRaw ? <span className="ek-faint">{tCards.raw(card.serialRaw)}</span> : null}
      </span>,
    ],
    [tCards.col.citizenNo, card.citizenNo ?? tCommon.none],
    [tCards.col.madeAt, moment(card.madeAt)],
    [tCards.col.holder, <a key="holder" href={href(`/pupils/${card.pupilId}`)}>{card.pupilName}</a>],
    [tCards.paper, card.paperMasked],
    [tCards.col.school, card.schoolName],
    [tCards.col.class, tCommon.gradeClass(card.gradeName, card.classNumber)],
  ];
  return (
    <div className="ek-stack">
      <Panel title={tCards.facts}>
        <Descriptions column={2} size="small" items={facts.map(([label, children]) => ({ key: label, label, children }))} data-testid="card-facts" />
      </Panel>
      <Panel title={tCards.extensions}>
        {extensions.length > 0 ? (
          <DataTable label={tCards.extensions} testId="card-extensions" columns={EXTENSIONS} rows={extensions} rowKey={(x) => `${x.origin} ${x.extendedOn} ${x.extendedAt ?? ""} ${x.validUntil ?? ""} ${x.serialRaw ?? ""}`} empty={null} />
        ) : (
          <p className="ek-faint">{tCards.extensionsNone}</p>
        )}
      </Panel>
      <Panel title={tCards.events}>
        <Timeline
          items={events.map((e) => ({
            key: `${e.at} ${e.stepName}`,
            content: (
              <>
                <b>{e.stepName}</b> {moment(e.at)} {e.by} {e.reason ? <span className="ek-faint">{tOrders.reason(e.reason)}</span> : null}
              </>
            ),
          }))}
        />
      </Panel>
      <Panel title={tCards.orders}>
        <DataTable label={tCards.orders} testId="card-orders" columns={ORDERS} rows={orders} rowKey={(o) => o.id} empty={null} />
      </Panel>
      {others.length > 0 ? (
        <Panel title={tCards.others}>
          <DataTable label={tCards.others} testId="card-others" columns={CARD_COLUMNS} rows={others} rowKey={(c) => c.id} empty={null} />
        </Panel>
      ) : null}
    </div>
  );
}
