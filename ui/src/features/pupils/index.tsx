// 学生: masked list, filters, submit and request for cards. The paper number is typed into a dialog and kept nowhere.
import { BarChartOutlined, DeleteOutlined, DownloadOutlined, IdcardOutlined, PrinterOutlined, SearchOutlined } from "@ant-design/icons";
import { useQueryClient } from "@tanstack/react-query";
import { App, Button, Input, Modal, Select, type InputRef } from "antd";
import { useRef, useState } from "react";
import type { ApplicationState, PupilView, StepResult } from "../../api.gen";
import { call } from "../../shared/call";
import { ClassFilter } from "../../shared/components/class-filter";
import type { Column } from "../../shared/components/data-table";
import { Lines, SelectionBar, useNotify } from "../../shared/components/feedback";
import { FormModal } from "../../shared/components/form-modal";
import { Page } from "../../shared/components/page";
import { PagedTable } from "../../shared/components/paged-table";
import { ReasonField } from "../../shared/components/reason-field";
import { SchoolPicker } from "../../shared/components/school-picker";
import { EmptyState, errorLines } from "../../shared/components/states";
import { Tag } from "../../shared/components/tags";
import { capped, count, moment } from "../../shared/formatting";
import { useDebounced } from "../../shared/hooks";
import { runJob } from "../../shared/jobs";
import { useAction, usePages } from "../../shared/query";
import { go, href, useParams } from "../../shared/router";
import { ExportModal } from "./export";
import { useScope } from "../../shared/scope";
import { useSelection } from "../../shared/selection";
import { useSession } from "../../shared/session";
import { tBin, tCommon, tOrderState, tPupils } from "../../shared/texts";
import { applicationTone, orderTone } from "../../shared/tones";

const orNone = (v: string | number | undefined) => (v === undefined || v === "" ? tCommon.none : v);

function applicationTag(p: PupilView) {
  const state = p.applicationState;
  return state ? <Tag tone={applicationTone[state]}>{p.applicationStateName ?? tPupils.states[state]}</Tag> : tCommon.none;
}
function orderTag(p: PupilView) {
  const state = p.orderState;
  return state ? <Tag tone={orderTone[state]}>{p.orderStateName ?? tOrderState[state]}</Tag> : tCommon.none;
}

const COLUMNS: Column<PupilView>[] = [
  {
    key: "name",
    title: tPupils.col.name,
    width: 92,
    render: (p) => (
      <a href={href(`/pupils/${p.id}`)} data-testid={`pupil-open-${p.id}`}>
        {p.name}
      </a>
    ),
  },
  { key: "gender", title: tPupils.col.gender, width: 56, render: (p) => (p.gender ? tPupils.gender[p.gender] : tCommon.none) },
  { key: "birth", title: tPupils.col.birthYear, width: 68, render: (p) => orNone(p.birthYear) },
  { key: "paper", title: tPupils.col.paper, width: 166, render: (p) => p.paperMasked },
  { key: "school", title: tPupils.col.school, min: 140, render: (p) => p.schoolName },
  { key: "class", title: tPupils.col.class, width: 106, render: (p) => tCommon.gradeClass(p.gradeName, p.classNumber) },
  {
    key: "app",
    title: tPupils.col.application,
    width: 106,
    render: applicationTag,
  },
  { key: "submitted", title: tPupils.col.submittedAt, width: 144, render: (p) => (p.submittedAt === undefined ? tCommon.none : moment(p.submittedAt)) },
  {
    key: "order",
    title: tPupils.col.order,
    width: 112,
    render: orderTag,
  },
];

export function Pupils() {
  const scope = useScope();
  const { can } = useSession();
  const { modal } = App.useApp();
  const client = useQueryClient();
  const notify = useNotify();
  const [params, change] = useParams();
  const [name, setName] = useState("");
  const settled = useDebounced(name.trim());
  const [finding, setFinding] = useState(false);
  const [exporting, setExporting] = useState(false);
  const [deleting, setDeleting] = useState(false);
  const remove = useAction("pupil.delete");
  const [busy, setBusy] = useState(false);

  const grade = params.get("grade");
  const classNumber = params.get("class");
  const state = params.get("state");
  const importId = params.get("import");
  const filter = {
    ...(scope.district ? { district: scope.district } : {}),
    ...(scope.schoolId ? { schoolId: scope.schoolId } : {}),
    ...(grade ? { grade: Number(grade) } : {}),
    ...(classNumber ? { classNumber: Number(classNumber) } : {}),
    ...(state ? { applicationState: state as ApplicationState } : {}),
    ...(importId ? { importId } : {}),
    ...(settled ? { text: settled } : {}),
  };
  const { query, items, pages } = usePages("pupil.list", { ...filter, limit: 100 });
  const total = pages?.[0]?.count;
  const { picked, all, chooseAll, clear, selection } = useSelection(filter, items);
  // A whole class, school or import goes as such; a name or state is no such thing.
  const wholeSchool = scope.schoolId !== undefined && !settled && !state;
  const totalText = total ? capped(total) : "";

  const run = async (work: () => Promise<StepResult>, done: string) => {
    setBusy(true);
    try {
      const result = await work();
      clear();
      await client.invalidateQueries();
      notify.steps(result, done);
    } catch (thrown) {
      notify.failed(thrown);
    } finally {
      setBusy(false);
    }
  };
  const part = {
    ...(grade ? { grade: Number(grade) } : {}),
    ...(classNumber ? { classNumber: Number(classNumber) } : {}),
  };
  const sure = (title: string, hint: string, ok: string, work: () => void) =>
    modal.confirm({
      title,
      content: hint,
      okText: ok,
      cancelText: tCommon.cancel,
      focusable: { autoFocusButton: "cancel" },
      okButtonProps: { "data-testid": "pupils-all-ok" } as never,
      onOk: work,
    });

  const submit = () => {
    const { schoolId } = scope;
    if (all && schoolId) {
      sure(tPupils.submitAllTitle(totalText), tPupils.submitAllHint, tPupils.submit, () => {
        void run(() => runJob("pupil.submit", { schoolId, ...part, ...(importId ? { importId } : {}) }, tPupils.submit), tPupils.submitted);
      });
      return;
    }
    void run(async () => {
      const bySchool = new Map<string, PupilView[]>();
      for (const p of picked) bySchool.set(p.schoolId, [...(bySchool.get(p.schoolId) ?? []), p]);
      const results = await Promise.all([...bySchool].map(([id, list]) => call("pupil.submit", { schoolId: id, ids: list.map((p) => p.id) })));
      return { done: results.reduce((n, r) => n + r.done, 0), problems: results.flatMap((r) => r.problems) };
    }, tPupils.submitted);
  };
  const request = () => {
    const { schoolId } = scope;
    if (all && schoolId) {
      sure(tPupils.requestAllTitle(totalText), tPupils.requestAllHint, tPupils.request, () => {
        void run(() => runJob("order.request", { schoolId, ...part, ...(importId ? { importId } : {}) }, tPupils.request), tPupils.requested);
      });
      return;
    }
    void run(() => call("order.request", { pupilIds: picked.map((p) => p.id) }), tPupils.requested);
  };

  const filtered = Boolean(grade ?? classNumber ?? state ?? importId) || settled !== "" || Boolean(scope.district);
  const acts = can("enter_pupils") || can("request_orders");
  const columns = scope.schoolId ? COLUMNS.filter((c) => c.key !== "school") : COLUMNS;
  return (
    <Page
      title={tPupils.title}
      actions={
        <>
          <Button icon={<BarChartOutlined />} onClick={() => go("/pupils/statistics")} data-testid="pupils-statistics">
            {tPupils.statistics}
          </Button>
          {scope.schoolId && grade && classNumber ? (
            <Button icon={<PrinterOutlined />} onClick={() => go("/pupils/roster", { grade, class: classNumber })} data-testid="pupils-roster">
              {tPupils.roster}
            </Button>
          ) : null}
          <Button icon={<DownloadOutlined />} onClick={() => setExporting(true)} data-testid="pupils-export">
            {tPupils.export}
          </Button>
          <Button icon={<DeleteOutlined />} onClick={() => go("/pupils/deleted")} data-testid="pupils-bin">
            {tBin.open}
          </Button>
          <Button icon={<IdcardOutlined />} onClick={() => setFinding(true)} data-testid="pupils-find">
            {tPupils.findShort}
          </Button>
        </>
      }
      fill
      toolbar={
        <>
          <SchoolPicker testId="pupils-school" width={240} />
          <ClassFilter prefix="pupils" grade={grade} classNumber={classNumber} onChange={change} />
          <Select
            allowClear
            aria-label={tPupils.applicationState}
            placeholder={tPupils.applicationState}
            style={{ width: "9.4em" }}
            value={state}
            options={Object.entries(tPupils.states).map(([value, label]) => ({ value, label }))}
            onChange={(next?: string) => change({ state: next })}
            data-testid="pupils-state"
          />
          <Input
            data-search=""
            allowClear
            prefix={<SearchOutlined />}
            placeholder={tPupils.search}
            aria-label={tPupils.search}
            style={{ width: "24em" }}
            value={name}
            onChange={(e) => setName(e.target.value)}
            data-testid="pupils-search"
          />
          {importId ? (
            <Button onClick={() => change({ import: undefined })} data-testid="pupils-import-clear">
              {tPupils.fromImport} ×
            </Button>
          ) : null}
        </>
      }
      footer={
        acts ? (
          <SelectionBar
            testId="pupils-selection"
            chosen={picked.length}
            all={all}
            total={total}
            loaded={items.length}
            onAll={wholeSchool ? chooseAll : undefined}
            onClear={clear}
            texts={{ chosen: tPupils.chosen, chooseAll: tPupils.chooseAll, clear: tPupils.clear }}
          >
            {can("enter_pupils") ? (
              <Button disabled={all || picked.length === 0 || busy} onClick={() => setDeleting(true)} data-testid="pupils-delete">
                {tBin.delete}
              </Button>
            ) : null}
            {can("request_orders") ? (
              <Button disabled={(!all && picked.length === 0) || busy} onClick={request} data-testid="pupils-request">
                {tPupils.request}
              </Button>
            ) : null}
            {can("enter_pupils") ? (
              <Button type="primary" disabled={!all && picked.length === 0} loading={busy} onClick={submit} data-testid="pupils-submit">
                {tPupils.submit}
              </Button>
            ) : null}
          </SelectionBar>
        ) : null
      }
    >
      <PagedTable
        label={tPupils.title}
        testId="pupils"
        items={items}
        query={query}
        columns={columns}
        rowKey={(p) => p.id}
        rowTestId={(p) => `pupil-row-${p.id}`}
        onOpen={(p) => go(`/pupils/${p.id}`)}
        {...(acts ? { selection } : {})}
        total={total ? capped(total) : undefined}
        empty={
          filtered ? (
            <EmptyState title={tPupils.empty} hint={tPupils.emptyHint}>
              <Button
                onClick={() => {
                  setName("");
                  change({ grade: undefined, class: undefined, state: undefined, import: undefined });
                }}
              >
                {tCommon.clearFilters}
              </Button>
            </EmptyState>
          ) : (
            <EmptyState title={tPupils.none} hint={tPupils.noneHint}>
              {can("enter_pupils") ? (
                <Button type="primary" onClick={() => go("/imports/new")}>
                  {tPupils.toImport}
                </Button>
              ) : null}
            </EmptyState>
          )
        }
      />
      {finding ? (
        <FindModal
          onClose={() => setFinding(false)}
          onFound={(p) => {
            setFinding(false);
            go(`/pupils/${p.id}`);
          }}
        />
      ) : null}
      {deleting ? (
        <FormModal<{ reason: string }>
          title={tBin.deleteTitle(count(picked.length))}
          note={tBin.deleteNote}
          initial={{}}
          fields={{ reason: tBin.reason }}
          submitText={tBin.delete}
          submitTestId="pupils-delete-submit"
          danger
          onClose={() => setDeleting(false)}
          onSubmit={async ({ reason }) => {
            const result = await remove.mutateAsync({ ids: picked.map((p) => p.id), reason });
            clear();
            notify.steps(result, tBin.deleted);
          }}
        >
          {(form) => <ReasonField form={form} label={tBin.reason} reasons={tBin.reasons} testId="pupils-delete-reason" />}
        </FormModal>
      ) : null}
      {exporting ? <ExportModal filter={filter} onClose={() => setExporting(false)} /> : null}
    </Page>
  );
}

function FindModal(props: { onClose: () => void; onFound: (p: PupilView) => void }) {
  const [value, setValue] = useState("");
  const [lines, setLines] = useState<string[]>([]);
  const [busy, setBusy] = useState(false);
  const input = useRef<InputRef>(null);
  const find = async () => {
    const idNumber = value.trim();
    if (!idNumber) {
      setLines([tCommon.required(tPupils.findNumber)]);
      return;
    }
    setBusy(true);
    setLines([]);
    try {
      const res = await call("pupil.find", { idNumber });
      if (res.pupil) props.onFound(res.pupil);
      else setLines([res.elsewhere ? tPupils.findElsewhere : tPupils.findNone]);
    } catch (thrown) {
      setLines(errorLines(thrown));
    } finally {
      setBusy(false);
      input.current?.focus();
    }
  };
  return (
    <Modal
      open
      width={440}
      title={tPupils.find}
      onCancel={props.onClose}
      afterOpenChange={(open) => {
        if (open) input.current?.focus();
      }}
      footer={
        <>
          <Button onClick={props.onClose}>{tCommon.close}</Button>
          <Button type="primary" loading={busy} onClick={() => void find()} data-testid="pupils-find-submit">
            {tPupils.findSubmit}
          </Button>
        </>
      }
    >
      <p className="ek-faint ek-lines">{tPupils.findHint}</p>
      <Lines tone="info" lines={lines} />
      <Input
        ref={input}
        autoFocus
        autoComplete="off"
        spellCheck={false}
        maxLength={40}
        aria-label={tPupils.findNumber}
        placeholder={tPupils.findNumber}
        value={value}
        onChange={(e) => setValue(e.target.value)}
        onPressEnter={(e) => {
          if (!e.nativeEvent.isComposing) void find();
        }}
        data-testid="pupils-find-number"
      />
    </Modal>
  );
}
