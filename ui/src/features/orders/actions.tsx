// What can be done with the orders chosen: by ids, or for everything that matches the filter.
import { useQueryClient } from "@tanstack/react-query";
import { App, Button } from "antd";
import { useState } from "react";
import type { CappedCount, OrderFilter, OrderStep, OrderView, StepResult } from "../../api.gen";
import { SelectionBar, useNotify } from "../../shared/components/feedback";
import { FormModal } from "../../shared/components/form-modal";
import { ReasonField } from "../../shared/components/reason-field";
import { capped, count } from "../../shared/formatting";
import { inField, useKey } from "../../shared/hooks";
import { runJob } from "../../shared/jobs";
import { useAction } from "../../shared/query";
import { useSession } from "../../shared/session";
import { tCommon, tOrders } from "../../shared/texts";

export function OrderActions(props: {
  kind: "query" | "approve" | "confirm";
  chosen: OrderView[];
  all: boolean;
  filter: OrderFilter;
  total: CappedCount | undefined;
  loaded: number;
  onAll: (() => void) | undefined;
  onClear: () => void;
}) {
  const { kind, chosen, all } = props;
  const { can } = useSession();
  const { modal } = App.useApp();
  const client = useQueryClient();
  const notify = useNotify();
  const approve = useAction("order.approve");
  const confirm = useAction("order.confirm");
  const withdraw = useAction("order.withdraw");
  const giveBack = useAction("order.return");
  const retry = useAction("order.retry");
  const deliver = useAction("order.deliver");
  const [asking, setAsking] = useState<"return" | "withdraw" | null>(null);
  const [busy, setBusy] = useState(false);

  // The backend says of each order which steps the person may take.
  const idsFor = (step: OrderStep) => chosen.filter((o) => o.steps.includes(step)).map((o) => o.id);
  const toApprove = idsFor("approve");
  const toConfirm = idsFor("confirm");
  const toReturn = idsFor("return");
  const toWithdraw = idsFor("withdraw");
  const toRetry = idsFor("retry");
  const toDeliver = idsFor("deliver");
  const totalText = props.total ? capped(props.total) : "";

  const after = (result: StepResult, what: string, undo?: () => void) => {
    props.onClear();
    notify.steps(result, what, undo);
  };
  const run = async (work: () => Promise<void>) => {
    setBusy(true);
    try {
      await work();
    } catch (thrown) {
      notify.failed(thrown);
    } finally {
      setBusy(false);
    }
  };

  const everything = (op: "order.approve" | "order.confirm", title: string, hint: string, ok: string, done: string, label: string) =>
    modal.confirm({
      title,
      content: hint,
      okText: ok,
      cancelText: tCommon.cancel,
      focusable: { autoFocusButton: "cancel" },
      okButtonProps: { "data-testid": "orders-all-ok" } as never,
      onOk: () => {
        void run(async () => {
          const result = await runJob(op, { filter: props.filter }, label);
          await client.invalidateQueries();
          after(result, done);
        });
      },
    });

  const onApprove = () => {
    if (all) everything("order.approve", tOrders.allApproveTitle(totalText), tOrders.allApproveHint, tOrders.approve, tOrders.approved, tOrders.jobApprove);
    else void run(async () => after(await approve.mutateAsync({ ids: toApprove }), tOrders.approved));
  };
  const onConfirm = () => {
    if (all) everything("order.confirm", tOrders.allConfirmTitle(totalText), tOrders.allHint, tOrders.confirm, tOrders.confirmed, tOrders.jobConfirm);
    else {
      const ids = toConfirm;
      void run(async () =>
        after(await confirm.mutateAsync({ ids }), tOrders.confirmed, () => {
          void withdraw.mutateAsync({ ids, reason: tOrders.undoReason }).then((r) => notify.steps(r, tOrders.withdrawn), notify.failed);
        }),
      );
    }
  };

  // One key for the many that are chosen; a field's own Ctrl + Enter stays the field's.
  useKey((e) => {
    if (!(e.ctrlKey || e.metaKey) || e.key !== "Enter" || busy || asking !== null || inField(e.target)) return;
    if (kind === "confirm" && (all || toConfirm.length > 0)) onConfirm();
    else if (kind === "approve" && (all || toApprove.length > 0)) onApprove();
    else return;
    e.preventDefault();
  });

  const ids = asking === "withdraw" ? toWithdraw : toReturn;
  return (
    <SelectionBar
      testId="orders-selection"
      chosen={chosen.length}
      all={all}
      total={props.total}
      loaded={props.loaded}
      onAll={kind === "query" ? undefined : props.onAll}
      onClear={props.onClear}
      texts={{ chosen: tOrders.chosen, chooseAll: tOrders.chooseAll, clear: tOrders.clear }}
    >
      <Button disabled={(!all && toReturn.length === 0) || busy} onClick={() => setAsking("return")} data-testid="orders-return">
        {tOrders.return}
      </Button>
      {can("confirm_orders") && kind === "query" ? (
        <Button disabled={all || toWithdraw.length === 0 || busy} onClick={() => setAsking("withdraw")} data-testid="orders-withdraw">
          {tOrders.withdraw}
        </Button>
      ) : null}
      {can("confirm_orders") && kind === "query" ? (
        <>
          <Button
            disabled={all || toRetry.length === 0 || busy}
            onClick={() => void run(async () => after(await retry.mutateAsync({ ids: toRetry }), tOrders.retried))}
            data-testid="orders-retry"
          >
            {tOrders.retry}
          </Button>
          <Button
            disabled={all || toDeliver.length === 0 || busy}
            onClick={() => void run(async () => after(await deliver.mutateAsync({ ids: toDeliver }), tOrders.delivered))}
            data-testid="orders-deliver"
          >
            {tOrders.deliver}
          </Button>
        </>
      ) : null}
      {can("review_orders") && kind === "approve" ? (
        <Button type="primary" disabled={!all && toApprove.length === 0} loading={busy} onClick={onApprove} data-testid="orders-approve">
          {all ? tOrders.approveN(totalText) : toApprove.length > 0 ? tOrders.approveN(count(toApprove.length)) : tOrders.approve}
        </Button>
      ) : null}
      {can("confirm_orders") && kind === "confirm" ? (
        <Button type="primary" disabled={!all && toConfirm.length === 0} loading={busy} onClick={onConfirm} data-testid="orders-confirm">
          {all ? tOrders.confirmN(totalText) : toConfirm.length > 0 ? tOrders.confirmN(count(toConfirm.length)) : tOrders.confirm}
        </Button>
      ) : null}
      {asking ? (
        <FormModal<{ reason: string }>
          title={asking === "withdraw" ? tOrders.withdrawTitle(ids.length) : tOrders.returnTitle(all ? totalText : count(ids.length))}
          note={asking === "withdraw" ? tOrders.withdrawNote : tOrders.returnNote}
          initial={{}}
          fields={{ reason: tOrders.reasonLabel }}
          submitText={asking === "withdraw" ? tOrders.withdraw : tOrders.return}
          submitTestId="orders-reason-submit"
          danger={asking === "return"}
          onClose={() => setAsking(null)}
          onSubmit={async ({ reason }) => {
            const which = all ? { filter: props.filter } : { ids };
            const result = await (asking === "withdraw" ? withdraw : giveBack).mutateAsync({ ...which, reason });
            after(result, asking === "withdraw" ? tOrders.withdrawn : tOrders.returned);
          }}
        >
          {(form) => (
            <ReasonField
              form={form}
              label={tOrders.reasonLabel}
              reasons={asking === "withdraw" ? tOrders.withdrawReasons : tOrders.returnReasons}
              testId="orders-reason"
            />
          )}
        </FormModal>
      ) : null}
    </SelectionBar>
  );
}
