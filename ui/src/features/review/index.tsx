// 学生审核: new pupils, registrations and transfers that schools have submitted, oldest first; looked at, approved or sent back with a reason.
import { useQueryClient } from "@tanstack/react-query";
import { App, Button, Checkbox, Segmented } from "antd";
import { useState } from "react";
import type { ApplicationKind, ApplicationState, ApplicationView, ReviewFilter, StepResult } from "../../api.gen";
import type { Column } from "../../shared/components/data-table";
import { SelectionBar, useNotify } from "../../shared/components/feedback";
import { FormModal } from "../../shared/components/form-modal";
import { Page } from "../../shared/components/page";
import { PagedTable } from "../../shared/components/paged-table";
import { ReasonField } from "../../shared/components/reason-field";
import { SchoolPicker } from "../../shared/components/school-picker";
import { EmptyState } from "../../shared/components/states";
import { Tag } from "../../shared/components/tags";
import { capped, count, moment } from "../../shared/formatting";
import { runJob } from "../../shared/jobs";
import { useAction, usePages } from "../../shared/query";
import { useParams } from "../../shared/router";
import { useScope } from "../../shared/scope";
import { useSelection } from "../../shared/selection";
import { tCommon, tReview } from "../../shared/texts";
import { applicationTone } from "../../shared/tones";
import { Look, type Choice } from "./look";

const STATES = ["submitted", "approved", "returned"] as const satisfies readonly ApplicationState[];

const KINDS = ["new", "registration", "transfer_in"] as const satisfies readonly ApplicationKind[];

const at = (ms: number | undefined) => (ms === undefined ? tCommon.none : moment(ms));

const columns = (kind: ApplicationKind, open: (id: string) => void): Column<ApplicationView>[] => [
  { key: "submittedAt", title: tReview.col.submittedAt, width: 146, render: (a) => at(a.submittedAt) },
  { key: "school", title: tReview.col.school, min: 150, render: (a) => a.schoolName },
  { key: "class", title: tReview.col.class, width: 108, render: (a) => tCommon.gradeClass(a.gradeName, a.classNumber) },
  {
    key: "name",
    title: tReview.col.name,
    width: 172,
    render: (a) => (
      <>
        <Button type="link" size="small" onClick={() => open(a.id)} data-testid={`review-open-${a.id}`}>
          {a.pupilName}
        </Button>
        {a.suspected ? (
          <Tag tone="work" title={tReview.compare}>
            {tReview.suspected}
          </Tag>
        ) : null}
      </>
    ),
  },
  { key: "paper", title: tReview.col.paper, width: 172, render: (a) => a.paperMasked },
  ...(kind === "new" ? [] : [{ key: "from", title: tReview.from, min: 130, render: (a: ApplicationView) => a.fromSchoolName ?? tCommon.none }]),
  { key: "approvedAt", title: tReview.col.approvedAt, width: 146, render: (a) => at(a.approvedAt) },
  {
    key: "state",
    title: tReview.col.state,
    width: 106,
    render: (a) => (
      <Tag tone={applicationTone[a.state]} title={a.state === "returned" && a.returnedReason ? tReview.reason(a.returnedReason) : undefined}>
        {a.stateName}
      </Tag>
    ),
  },
];

type Asking = { choice: Choice; many: string; reasons: readonly string[] };

export function Review() {
  const scope = useScope();
  const { modal } = App.useApp();
  const client = useQueryClient();
  const notify = useNotify();
  const [params, change] = useParams();
  const approve = useAction("review.approve");
  const giveBack = useAction("review.return");
  const [busy, setBusy] = useState(false);
  const [open, setOpen] = useState<string | null>(null);
  const [asking, setAsking] = useState<Asking | null>(null);

  const kind = KINDS.find((k) => k === params.get("kind")) ?? "new";
  const state = STATES.find((s) => s === params.get("state")) ?? "submitted";
  const suspected = kind === "new" && state === "submitted" && params.get("near") === "1";
  const filter: ReviewFilter = {
    kind,
    state,
    ...(suspected ? { suspected } : {}),
    ...(scope.district ? { district: scope.district } : {}),
    ...(scope.schoolId ? { schoolId: scope.schoolId } : {}),
  };
  const { query, items, pages } = usePages("review.list", { filter, limit: 100 });
  const total = pages?.[0]?.count;
  const totalText = total ? capped(total) : "";

  const { picked, all, chooseAll, clear, selection } = useSelection(filter, items);
  const seen = picked.map(({ id, version }) => ({ id, version }));
  const some = all ? (total?.count ?? 0) > 0 : picked.length > 0;
  const many = all ? totalText : count(picked.length);

  const after = (result: StepResult, what: string) => {
    clear();
    setOpen(null);
    notify.steps(result, what);
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
  const approveThese = (choice: Choice) => void run(async () => after(await approve.mutateAsync(choice), tReview.approved));
  const approveAll = () =>
    modal.confirm({
      title: tReview.allTitle(totalText),
      content: tReview.allHint[kind],
      okText: tReview.approve,
      cancelText: tCommon.cancel,
      focusable: { autoFocusButton: "cancel" },
      okButtonProps: { "data-testid": "review-all-ok" } as never,
      onOk: () => {
        void run(async () => {
          const result = await runJob("review.approve", { filter }, tReview.approve);
          await client.invalidateQueries();
          after(result, tReview.approved);
        });
      },
    });

  return (
    <Page
      title={tReview.title}
      note={tReview.note}
      fill
      toolbar={
        <>
          <Segmented
            value={kind}
            aria-label={tReview.kind}
            onChange={(next) => change({ kind: next === "new" ? undefined : next, state: undefined, near: undefined })}
            options={KINDS.map((k) => ({ value: k, label: <span data-testid={`review-kind-${k}`}>{tReview.kinds[k]}</span> }))}
          />
          <Segmented
            value={state}
            aria-label={tReview.col.state}
            onChange={(next) => change({ state: next === "submitted" ? undefined : next, near: undefined })}
            options={STATES.map((s) => ({ value: s, label: <span data-testid={`review-state-${s}`}>{tReview.states[s]}</span> }))}
          />
          <SchoolPicker testId="review-school" width={240} />
          {kind === "new" && state === "submitted" ? (
            <Checkbox checked={suspected} onChange={(e) => change({ near: e.target.checked ? "1" : undefined })} data-testid="review-suspected">
              {tReview.suspectedOnly}
            </Checkbox>
          ) : null}
        </>
      }
      footer={
        state === "submitted" ? (
          <SelectionBar
            testId="review-selection"
            chosen={picked.length}
            all={all}
            total={total}
            loaded={items.length}
            onAll={chooseAll}
            onClear={clear}
            texts={{ chosen: tReview.chosen, chooseAll: tReview.chooseAll, clear: tReview.clear }}
          >
            <Button
              disabled={!some || busy}
              onClick={() => setAsking({ choice: all ? { filter } : { items: seen }, many, reasons: pages?.[0]?.reasons ?? [] })}
              data-testid="review-return"
            >
              {tReview.return}
            </Button>
            <Button type="primary" disabled={!some} loading={busy} onClick={() => (all ? approveAll() : approveThese({ items: seen }))} data-testid="review-approve">
              {some ? tReview.approveN(many) : tReview.approve}
            </Button>
          </SelectionBar>
        ) : null
      }
    >
      <PagedTable
        label={tReview.title}
        testId="review"
        items={items}
        query={query}
        columns={columns(kind, setOpen)}
        rowKey={(a) => a.id}
        rowTestId={(a) => `review-row-${a.id}`}
        onOpen={(a) => setOpen(a.id)}
        {...(state === "submitted" ? { selection } : {})}
        total={total ? totalText : undefined}
        empty={<EmptyState title={tReview.empty[state]} hint={tReview.emptyHint[state]} />}
      />
      {open ? (
        <Look
          key={open}
          id={open}
          busy={busy}
          onApprove={approveThese}
          onReturn={(choice, reasons) => setAsking({ choice, many: count(1), reasons })}
          onClose={() => setOpen(null)}
        />
      ) : null}
      {asking ? (
        <FormModal<{ reason: string }>
          title={tReview.returnTitle(asking.many)}
          note={tReview.returnNote}
          initial={{}}
          fields={{ reason: tReview.reasonLabel }}
          submitText={tReview.return}
          submitTestId="review-reason-submit"
          danger
          onClose={() => setAsking(null)}
          onSubmit={async ({ reason }) => after(await giveBack.mutateAsync({ ...asking.choice, reason }), tReview.returned)}
        >
          {(form) => <ReasonField form={form} label={tReview.reasonLabel} reasons={asking.reasons} testId="review-reason" />}
        </FormModal>
      ) : null}
    </Page>
  );
}
