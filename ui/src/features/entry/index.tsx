// 新生录入, the list: what this school has still to submit, and what the district sent back.
import { PlusOutlined } from "@ant-design/icons";
import { Button, Segmented } from "antd";
import { useState } from "react";
import type { UnfinishedPupil } from "../../api.gen";
import type { Column } from "../../shared/components/data-table";
import { SelectionBar, useNotify } from "../../shared/components/feedback";
import { Page } from "../../shared/components/page";
import { PagedTable } from "../../shared/components/paged-table";
import { SchoolPicker } from "../../shared/components/school-picker";
import { EmptyState, LoadingState } from "../../shared/components/states";
import { capped, count, moment } from "../../shared/formatting";
import { useAction, usePages } from "../../shared/query";
import { go, useParams } from "../../shared/router";
import { useScope } from "../../shared/scope";
import { useSelection } from "../../shared/selection";
import { tCommon, tEntry } from "../../shared/texts";

const STATES = ["draft", "returned"] as const;
type State = (typeof STATES)[number];

const at = (ms: number | undefined) => (ms === undefined ? tCommon.none : moment(ms));

function columns(state: State): Column<UnfinishedPupil>[] {
  const name: Column<UnfinishedPupil> = {
    key: "name",
    title: tEntry.col.name,
    width: 96,
    render: (p) => (
      <Button type="link" size="small" onClick={() => go(`/entry/${p.id}`)} data-testid={`entry-open-${p.id}`}>
        {p.name}
      </Button>
    ),
  };
  const place: Column<UnfinishedPupil> = { key: "class", title: tEntry.col.class, width: 108, render: (p) => tCommon.gradeClass(p.gradeName, p.classNumber) };
  const paper: Column<UnfinishedPupil> = { key: "paper", title: tEntry.col.paper, width: 180, render: (p) => p.paperMasked };
  if (state === "returned") {
    return [
      name,
      place,
      { key: "reason", title: tEntry.col.reason, min: 220, render: (p) => p.returnedReason ?? tCommon.none },
      { key: "returnedAt", title: tEntry.col.returnedAt, width: 146, render: (p) => at(p.returnedAt) },
      { key: "submittedAt", title: tEntry.col.submittedAt, width: 146, render: (p) => at(p.submittedAt) },
      paper,
    ];
  }
  return [
    name,
    place,
    { key: "kind", title: tEntry.col.kind, min: 150, render: (p) => p.paperKindName },
    paper,
    { key: "channel", title: tEntry.col.channel, width: 72, render: (p) => p.channelName },
    { key: "firstSavedAt", title: tEntry.col.firstSavedAt, width: 146, render: (p) => at(p.firstSavedAt) },
  ];
}

export function EntryList() {
  const scope = useScope();
  const { schoolId } = scope;
  return (
    <Page
      title={tEntry.title}
      note={tEntry.note}
      fill
      actions={
        schoolId ? (
          <Button type="primary" icon={<PlusOutlined />} onClick={() => go("/entry/new")} data-testid="entry-new">
            {tEntry.add}
          </Button>
        ) : null
      }
      toolbar={scope.single ? null : <SchoolPicker testId="entry-school" schoolOnly width={280} />}
    >
      {schoolId ? <Unfinished key={schoolId} schoolId={schoolId} /> : scope.loading ? <LoadingState /> : <EmptyState title={tEntry.chooseSchool} hint={tEntry.chooseSchoolHint} />}
    </Page>
  );
}

function Unfinished(props: { schoolId: string }) {
  const { schoolId } = props;
  const [params, change] = useParams();
  const notify = useNotify();
  const submit = useAction("pupil.submit");
  const [busy, setBusy] = useState(false);
  const state: State = params.get("state") === "returned" ? "returned" : "draft";
  const request = { schoolId, state, limit: 100 };
  const { query, items, pages } = usePages("pupil.unfinished", request);
  const counts = pages?.[0];
  const total = state === "draft" ? counts?.drafts : counts?.returned;
  const { picked, clear, selection } = useSelection(request, items);
  const submitThese = async () => {
    setBusy(true);
    try {
      const result = await submit.mutateAsync({ schoolId, ids: picked.map((p) => p.id) });
      clear();
      notify.steps(result, tEntry.submit);
    } catch (thrown) {
      notify.failed(thrown);
    } finally {
      setBusy(false);
    }
  };
  return (
    <>
      <div className="ek-toolbar">
        <Segmented
          value={state}
          aria-label={tEntry.state}
          onChange={(next) => change({ state: next === "draft" ? undefined : next })}
          options={STATES.map((s) => {
            const n = s === "draft" ? counts?.drafts : counts?.returned;
            return { value: s, label: <span data-testid={`entry-state-${s}`}>{tEntry.states[s](n ? capped(n) : "")}</span> };
          })}
        />
      </div>
      <PagedTable
        label={tEntry.title}
        testId="entry"
        items={items}
        query={query}
        columns={columns(state)}
        rowKey={(p) => p.id}
        rowTestId={(p) => `entry-row-${p.id}`}
        onOpen={(p) => go(`/entry/${p.id}`)}
        selection={selection}
        total={total ? capped(total) : undefined}
        empty={<EmptyState title={tEntry.empty[state]} hint={tEntry.emptyHint[state]} />}
      />
      {items.length > 0 ? (
        <footer className="ek-page-foot">
          <SelectionBar
            testId="entry-selection"
            chosen={picked.length}
            all={false}
            loaded={items.length}
            onClear={clear}
            texts={{ chosen: tEntry.chosen, chooseAll: tEntry.chooseAll, clear: tEntry.clear }}
          >
            <Button type="primary" disabled={picked.length === 0} loading={busy} onClick={() => void submitThese()} data-testid="entry-submit-these">
              {picked.length > 0 ? `${tEntry.submitThese} ${count(picked.length)}` : tEntry.submitThese}
            </Button>
          </SelectionBar>
        </footer>
      ) : null}
    </>
  );
}
