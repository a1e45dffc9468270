// One new pupil: a new one, a draft, or one that the district sent back. Checked while it is filled in.
import { ArrowLeftOutlined } from "@ant-design/icons";
import { Alert, App, Button, Form } from "antd";
import { useCallback, useEffect, useMemo, useRef, useState } from "react";
import type { CheckPupilRequest, CheckPupilResponse, EnteredPupil, OpenedPupil, Problem } from "../../api.gen";
import { CallError } from "../../platform";
import { Lines, useNotify } from "../../shared/components/feedback";
import { Page, Panel } from "../../shared/components/page";
import { SchoolPicker } from "../../shared/components/school-picker";
import { EmptyState, LoadingState, QueryView, errorLines } from "../../shared/components/states";
import { moment } from "../../shared/formatting";
import { composing } from "../../shared/hooks";
import { useAction, useLook, useOp } from "../../shared/query";
import { go, setLeaveGuard } from "../../shared/router";
import { useScope } from "../../shared/scope";
import { tCommon, tEntry } from "../../shared/texts";
import { useLiveCheck } from "./check";
import { PupilFields, ShownContext, type Shown } from "./fields";
import { Near } from "./near";
import { PhotoField, useEntryPhoto } from "./photo";
import { blank, fieldOf, flat, pathOf, sent, textsOf, type Auto, type Texts } from "./values";

export function EntryPage(props: { id: string | null }) {
  const scope = useScope();
  if (props.id !== null) return <Existing id={props.id} />;
  if (scope.schoolId) return <EntryForm key={scope.schoolId} schoolId={scope.schoolId} opened={null} />;
  return (
    <Page title={tEntry.newTitle} toolbar={<SchoolPicker testId="entry-school" schoolOnly width={280} />}>
      {scope.loading ? <LoadingState /> : <EmptyState title={tEntry.chooseSchool} hint={tEntry.chooseSchoolHint} />}
    </Page>
  );
}

/** Its numbers are not masked, so it is asked for once an opening. */
function Existing(props: { id: string }) {
  const { id } = props;
  const query = useLook(
    "pupil.open",
    useMemo(() => ({ id }), [id]),
  );
  if (!query.data) {
    return (
      <Page title={tEntry.title} actions={<Back />}>
        <QueryView query={query}>{() => null}</QueryView>
      </Page>
    );
  }
  return <EntryForm key={`${id} ${query.data.version}`} schoolId={query.data.schoolId} opened={query.data} onReload={query.refetch} />;
}

function Back() {
  return (
    <Button icon={<ArrowLeftOutlined />} onClick={() => go("/entry")} data-testid="entry-back">
      {tEntry.back}
    </Button>
  );
}

/** What is on record of the form: nothing before the first save. */
type Stored = { id: string; version: number; firstSavedAt: number; submittedAt: number | undefined };
type After = "stay" | "next" | "list";

function EntryForm(props: { schoolId: string; opened: OpenedPupil | null; onReload?: () => void }) {
  const { schoolId, opened } = props;
  const { modal } = App.useApp();
  const notify = useNotify();
  const [form] = Form.useForm<Texts>();
  const initial = useMemo(() => (opened ? textsOf(opened.form) : blank()), [opened]);
  const [values, setValues] = useState<Texts>(initial);
  const [stored, setStored] = useState<Stored | null>(opened ? { id: opened.id, version: opened.version, firstSavedAt: opened.firstSavedAt, submittedAt: opened.submittedAt } : null);
  const [auto, setAuto] = useState<Auto>({});
  const [dirty, setDirty] = useState(false);
  // A field is spoken of once the person has left it; of a draft that is opened all are.
  const [left, setLeft] = useState<ReadonlySet<string> | "all">(opened ? "all" : new Set());
  const [refused, setRefused] = useState<readonly Problem[]>([]);
  const [lines, setLines] = useState<readonly string[]>([]);
  const [conflict, setConflict] = useState(false);
  const [busy, setBusy] = useState<After | null>(null);
  const create = useAction("pupil.create");
  const save = useAction("pupil.save");
  const classes = useOp("class.list", { schoolId }, { staleTime: 60_000 });
  const open = useMemo(() => classes.data?.items.filter((c) => c.open), [classes.data]);
  const box = useRef<HTMLDivElement>(null);
  // Refused or not, the one that is chosen now is another.
  const onPhoto = useCallback(() => {
    setDirty(true);
    setRefused((before) => before.filter((p) => p.field !== "photo"));
  }, []);
  const photo = useEntryPhoto(schoolId, stored?.id, opened?.photo, onPhoto);
  const last = useRef<{ answer: CheckPupilResponse; asked: CheckPupilRequest } | null>(null);

  const put = useCallback(
    (path: (string | number)[], value: string | undefined) => {
      form.setFieldValue(path as never, value);
      setValues(form.getFieldsValue(true) as Texts);
    },
    [form],
  );

  const request: CheckPupilRequest = { schoolId, form: sent(values, auto), ...(stored ? { id: stored.id } : {}) };
  /** Fields that were left show what was understood: trimmed, in capital letters, dates as dates. */
  const tidy = useCallback(() => {
    if (!last.current) return;
    const { answer, asked } = last.current;
    const before = flat(asked.form);
    for (const [field, value] of flat(answer.form)) {
      if (field === "grade" || field === "class" || before.get(field) === value || !before.get(field)) continue;
      const path = pathOf(field);
      const focused = document.activeElement?.closest("[data-field]")?.getAttribute("data-field") === field;
      if (!focused && form.getFieldValue(path as never) === before.get(field)) put(path, value);
    }
  }, [form, put]);
  const onAnswer = (answer: CheckPupilResponse, asked: CheckPupilRequest) => {
    // The number fills gender and birth date, unless the person has said otherwise.
    const filled: Auto = {};
    for (const field of ["gender", "birthDate"] as const) {
      const now = form.getFieldValue(field) as string | undefined;
      if (answer.derived.includes(field)) {
        filled[field] = answer.form[field];
        if (!now || now === auto[field] || field === "birthDate") put([field], answer.form[field]);
      } else if (now && now === auto[field]) put([field], undefined);
    }
    setAuto(filled);
    last.current = { answer, asked };
    tidy();
  };
  const live = useLiveCheck(request, onAnswer);

  const problems = useMemo(() => {
    const map = new Map<string, Problem[]>();
    const add = (p: Problem) => {
      const field = fieldOf(p.field);
      if (field === undefined || p.code === "normalised" || map.get(field)?.some((q) => q.message === p.message)) return;
      map.set(field, [...(map.get(field) ?? []), p]);
    };
    refused.forEach(add);
    for (const p of photo.chosen?.problems ?? []) add({ ...p, field: "photo" });
    for (const p of live?.problems ?? []) {
      const field = fieldOf(p.field) ?? "";
      // A whole number is looked at while it is typed: the next field may already follow from it.
      const whole = field === "paperNumber" && (values.paperNumber ?? "").replaceAll(/\s/g, "").length >= 18;
      if (left === "all" || left.has(field) || whole) add(p);
    }
    return map;
  }, [refused, live, left, values.paperNumber, photo.chosen]);
  const shown: Shown = useMemo(
    () => ({
      problems,
      derived: new Set(live?.derived),
      onLeave: (field) => {
        setLeft((before) => (before === "all" || before.has(field) ? before : new Set(before).add(field)));
        tidy();
      },
    }),
    [problems, live, tidy],
  );

  useEffect(() => {
    if (!dirty) return;
    setLeaveGuard((leave) => {
      modal.confirm({
        title: tCommon.unsaved,
        content: tCommon.unsavedHint,
        okText: tCommon.keepEditing,
        cancelText: tCommon.discardEdits,
        cancelButtonProps: { "data-testid": "entry-discard" } as never,
        onCancel: leave,
      });
    });
    return () => setLeaveGuard(null);
  }, [dirty, modal]);

  /** To the first field that is to be corrected, in reading order. */
  const focusFirst = (fields: ReadonlySet<string>) =>
    requestAnimationFrame(() => {
      const all = [...(box.current?.querySelectorAll<HTMLElement>("[data-field]") ?? [])];
      all.find((node) => fields.has(node.dataset.field ?? ""))?.querySelector<HTMLElement>("input:not([disabled], [type=file]), button")?.focus();
    });

  const begin = (place: string | undefined) => {
    form.setFieldsValue({ ...Object.fromEntries(Object.keys(values).map((k) => [k, undefined])), ...blank(place) });
    setValues(blank(place));
    setStored(null);
    setAuto({});
    setLeft(new Set());
    setRefused([]);
    photo.reset();
    requestAnimationFrame(() => box.current?.querySelector<HTMLInputElement>("[data-field=paperNumber] input")?.focus());
  };

  const run = async (after: After, submit: boolean) => {
    // A photo that is still being looked at would be left behind.
    if (busy || photo.taking.busy) return;
    setBusy(after);
    setLines([]);
    setConflict(false);
    try {
      const now = form.getFieldsValue(true) as Texts;
      const body = sent(now, auto);
      const more = { form: body, submit, ...(photo.chosen ? { photoBlobId: photo.chosen.blobId } : {}) };
      const done: EnteredPupil = stored ? await save.mutateAsync({ id: stored.id, version: stored.version, ...more }) : await create.mutateAsync({ schoolId, ...more });
      photo.kept();
      setDirty(false);
      setLeaveGuard(null);
      setRefused([]);
      const name = now.name?.trim() ?? "";
      notify.done(submit ? tEntry.submitted(name) : tEntry.savedDraft(name));
      if (after === "list") go("/entry");
      else if (after === "next") begin(now.place);
      else {
        setStored({ id: done.id, version: done.version, firstSavedAt: done.firstSavedAt, submittedAt: done.submittedAt });
        // The guardians have their ids from now on; those with nothing filled in have none.
        let next = 0;
        (body.guardians ?? []).forEach((guardian, at) => {
          const { paperKind: _, nationality: __, id: ___, ...told } = guardian;
          if (Object.keys(told).length > 0) put(["guardians", at, "id"], done.guardianIds[next++]);
        });
      }
    } catch (thrown) {
      const told = thrown instanceof CallError ? thrown.problems : [];
      setLeft("all");
      setRefused(told);
      setConflict(told.some((p) => p.code === "version.conflict"));
      const placed = told.filter((p) => p.field !== undefined);
      setLines(placed.length < told.length || told.length === 0 ? (told.length === 0 ? errorLines(thrown) : told.filter((p) => p.field === undefined).map((p) => p.message)) : []);
      focusFirst(new Set(placed.map((p) => fieldOf(p.field) ?? "")));
    } finally {
      setBusy(null);
    }
  };

  const onKeyDown = (e: React.KeyboardEvent) => {
    if (composing(e)) return;
    const ctrl = e.ctrlKey || e.metaKey;
    const act = (after: After, submit: boolean) => {
      e.preventDefault();
      // Before the lists hear of it: to them Enter means to open.
      e.stopPropagation();
      void run(after, submit);
    };
    if (ctrl && e.key.toLowerCase() === "s") act("stay", false);
    else if (ctrl && e.key === "Enter") act("list", true);
    else if (e.shiftKey && e.key === "Enter") act("next", false);
  };

  const errors = [...problems.values()].flat().filter((p) => p.severity === "error").length;
  const warnings = [...problems.values()].flat().filter((p) => p.severity === "warning").length;
  const near = live?.near ?? [];
  const name = opened?.form.name;
  return (
    <ShownContext value={shown}>
      <Page
        title={name ? tEntry.editTitle(name) : tEntry.newTitle}
        note={stored ? <span data-testid="entry-times">{tEntry.times(moment(stored.firstSavedAt), stored.submittedAt === undefined ? undefined : moment(stored.submittedAt))}</span> : opened?.schoolName}
        actions={<Back />}
        footer={
          <>
            <span className="ek-grow" />
            <Button disabled={photo.taking.busy} loading={busy === "next"} onClick={() => void run("next", false)} data-testid="entry-save-next">
              {tEntry.saveNext}
            </Button>
            <Button disabled={photo.taking.busy} loading={busy === "stay"} onClick={() => void run("stay", false)} data-testid="entry-save">
              {tEntry.save}
            </Button>
            <Button type="primary" disabled={photo.taking.busy} loading={busy === "list"} onClick={() => void run("list", true)} data-testid="entry-submit">
              {tEntry.submit}
            </Button>
          </>
        }
      >
        <div className="ek-entry" ref={box} onKeyDownCapture={onKeyDown} role="presentation">
          <div className="ek-entry-main">
            {opened?.returnedReason && opened.state === "returned" ? (
              <Alert
                type="error"
                showIcon
                className="ek-lines"
                title={tEntry.returnedTitle}
                description={tEntry.returnedWhy(opened.returnedReason, opened.returnedAt === undefined ? "" : moment(opened.returnedAt))}
                data-testid="entry-returned"
              />
            ) : null}
            {conflict ? (
              <Alert
                type="warning"
                showIcon
                className="ek-lines"
                title={tEntry.conflict}
                action={
                  props.onReload ? (
                    <Button size="small" onClick={props.onReload} data-testid="entry-reload">
                      {tEntry.reload}
                    </Button>
                  ) : undefined
                }
                data-testid="entry-conflict"
              />
            ) : null}
            <Lines lines={lines} />
            <Form
              form={form}
              layout="vertical"
              requiredMark={false}
              initialValues={initial}
              onValuesChange={(changed: Texts, all) => {
                setDirty(true);
                setValues(structuredClone(form.getFieldsValue(true) as Texts) ?? all);
                const touched = Object.keys(changed);
                setRefused((before) => before.filter((p) => !touched.some((k) => (fieldOf(p.field) ?? "").split(".")[0] === k)));
              }}
              onFinish={() => void run("stay", false)}
            >
              <PupilFields kind={values.paperKind} classes={open} />
              {/* Enter in a field saves; the buttons are in the footer. */}
              <button type="submit" hidden aria-hidden="true" tabIndex={-1} />
            </Form>
          </div>
          <aside className="ek-entry-side" aria-label={tEntry.checks}>
            <Panel title={tEntry.checks}>
              <p className={errors > 0 ? "ek-bad" : "ek-faint"} data-testid="entry-checks" aria-live="polite">
                {errors > 0 ? tEntry.checkErrors(errors) : warnings > 0 ? tEntry.checkWarnings(warnings) : near.length > 0 ? tEntry.nearCount(near.length) : dirty || stored ? tEntry.checksFine : tEntry.checksHint}
              </p>
            </Panel>
            {near.length > 0 ? <Near near={near} /> : null}
            <PhotoField photo={photo} name={values.name?.trim() ?? ""} />
          </aside>
        </div>
      </Page>
    </ShownContext>
  );
}
