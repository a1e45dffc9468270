// 年级阶梯: schools down, grades 1–9 across; preview, then fill up in one action.
import { SearchOutlined } from "@ant-design/icons";
import { Button, Input, Modal, Switch } from "antd";
import { useMemo, useState, type ReactNode } from "react";
import type { GradeCell, LadderChange, MatrixRow } from "../../api.gen";
import { call } from "../../shared/call";
import type { Column } from "../../shared/components/data-table";
import { Lines, useNotify } from "../../shared/components/feedback";
import { Page } from "../../shared/components/page";
import { PagedTable } from "../../shared/components/paged-table";
import { EmptyState, errorLines } from "../../shared/components/states";
import { Tag } from "../../shared/components/tags";
import { useDebounced } from "../../shared/hooks";
import { useAction, usePages } from "../../shared/query";
import { go, useParams } from "../../shared/router";
import { useScope } from "../../shared/scope";
import { tCommon, tLadder, tOrg } from "../../shared/texts";

const STATE_WORD = {
  present: tLadder.legendPresent,
  missing: tLadder.legendMissing,
  wrong: tLadder.legendWrong,
  extra: tLadder.legendExtra,
  none: tLadder.legendNone,
} as const;

function Cell(props: { cell: GradeCell }) {
  const { cell } = props;
  if (cell.state === "none") return <span className="ek-hidden">{tLadder.legendNone}</span>;
  return (
    <span
      className="ek-ladder-cell"
      data-state={cell.state}
      data-tip={tLadder.cellTip(cell.name, STATE_WORD[cell.state], cell.classes, cell.wrong ?? "")}
    >
      {cell.state === "missing" ? (
        tLadder.missing
      ) : cell.state === "wrong" ? (
        tLadder.wrong
      ) : cell.state === "extra" ? (
        tLadder.extra
      ) : cell.graduating || cell.manualPromotion ? (
        <>
          {cell.graduating ? <span>{tLadder.graduating}</span> : null}
          {cell.manualPromotion ? <span>{tLadder.manual}</span> : null}
        </>
      ) : (
        <span className="ek-dot" />
      )}
    </span>
  );
}

export function Ladder(props: { title: string; tabs: ReactNode }) {
  const scope = useScope();
  const [params, change] = useParams();
  const only = params.get("only") === "1";
  const [text, setText] = useState("");
  const settled = useDebounced(text.trim());
  const district = scope.school?.district ?? scope.district;
  const { query, items } = usePages("grade.matrix", {
    limit: 100,
    ...(district ? { district } : {}),
    ...(settled ? { text: settled } : {}),
  });
  const rows = useMemo(
    () => items.filter((r) => (!only || !r.complete) && (!scope.schoolId || r.school.id === scope.schoolId)),
    [items, only, scope.schoolId],
  );
  const [chosen, setChosen] = useState<ReadonlySet<string>>(new Set());
  const [preview, setPreview] = useState<{ req: { district?: string; schoolIds?: string[] }; changes: LadderChange[]; schools: number } | null>(null);
  const [busy, setBusy] = useState(false);
  const notify = useNotify();

  const show = async () => {
    const req =
      chosen.size > 0 ? { schoolIds: [...chosen] } : scope.schoolId ? { schoolIds: [scope.schoolId] } : district ? { district } : {};
    setBusy(true);
    try {
      const res = await call("grade.previewLadder", req);
      setPreview({ req, ...res });
    } catch (thrown) {
      notify.failed(thrown);
    } finally {
      setBusy(false);
    }
  };

  const columns: Column<MatrixRow>[] = [
    { key: "school", title: tLadder.school, width: 168, render: (r) => r.school.name },
    { key: "kind", title: tOrg.schoolKind, width: 136, render: (r) => r.school.kindName },
    ...Array.from({ length: 9 }, (_, i) => ({
      key: `g${i + 1}`,
      title: tCommon.gradeName(i + 1),
      min: 62,
      align: "center" as const,
      whole: true,
      render: (r: MatrixRow) => {
        const cell = r.grades[i];
        return cell ? <Cell cell={cell} /> : null;
      },
    })),
    {
      key: "complete",
      title: tCommon.state,
      width: 84,
      render: (r) => (r.complete ? <Tag tone="done">{tLadder.complete}</Tag> : <Tag tone="wait">{tLadder.incomplete}</Tag>),
    },
  ];

  return (
    <Page
      title={props.title}
      tabs={props.tabs}
      fill
      toolbar={
        <>
          <Input
            data-search=""
            allowClear
            prefix={<SearchOutlined />}
            placeholder={tOrg.schoolSearch}
            aria-label={tOrg.schoolSearch}
            style={{ width: "17.1em" }}
            value={text}
            onChange={(e) => setText(e.target.value)}
            data-testid="ladder-search"
          />
          <label className="ek-switch">
            <Switch size="small" checked={only} onChange={(on) => change({ only: on ? "1" : undefined })} data-testid="ladder-only" />
            {tLadder.onlyIncomplete}
          </label>
          <span className="ek-grow" />
          <span className="ek-legend" aria-hidden="true">
            {(["present", "missing", "wrong", "extra"] as const).map((s) => (
              <span key={s}>
                <i data-state={s} />
                {STATE_WORD[s]}
              </span>
            ))}
          </span>
        </>
      }
      footer={
        <>
          <span className="ek-faint">{tLadder.hint}</span>
          <span className="ek-grow" />
          <Button type="primary" onClick={() => void show()} loading={busy} disabled={items.length === 0} data-testid="ladder-preview">
            {chosen.size > 0 ? tLadder.previewSome(chosen.size) : scope.schoolId ? tLadder.preview : tLadder.previewAll}
          </Button>
        </>
      }
    >
      <PagedTable
        label={tOrg.tabLadder}
        testId="ladder"
        items={rows}
        query={query}
        rowKey={(r) => r.school.id}
        rowTestId={(r) => `ladder-row-${r.school.code}`}
        onOpen={(r) => go("/organisation/classes", { s: r.school.id, d: undefined })}
        selection={{ keys: chosen, onChange: setChosen }}
        columns={columns}
        empty={
          only && items.length > 0 ? (
            <EmptyState title={tLadder.allComplete} hint={tLadder.allCompleteHint}>
              <Button onClick={() => change({ only: undefined })}>{tCommon.clearFilters}</Button>
            </EmptyState>
          ) : (
            <EmptyState title={settled ? tOrg.schoolsNoMatch : tOrg.schoolsEmpty} hint={settled ? tOrg.schoolsNoMatchHint : tOrg.schoolsEmptyHint}>
              <Button type="primary" onClick={() => go("/organisation/schools")}>
                {tOrg.tabSchools}
              </Button>
            </EmptyState>
          )
        }
      />
      {preview ? (
        <PreviewModal
          {...preview}
          onClose={() => setPreview(null)}
          onDone={(n) => {
            setPreview(null);
            setChosen(new Set());
            notify.done(tLadder.applied(n));
          }}
        />
      ) : null}
    </Page>
  );
}

const CHANGE_TONE = { create: "done", correct: "info", remove: "wait", blocked: "bad" } as const;

function PreviewModal(props: {
  req: { district?: string; schoolIds?: string[] };
  changes: LadderChange[];
  schools: number;
  onClose: () => void;
  onDone: (n: number) => void;
}) {
  const apply = useAction("grade.createLadder");
  const of = (kind: LadderChange["change"]) => props.changes.filter((c) => c.change === kind).length;
  const blocked = of("blocked");
  const doable = props.changes.length - blocked;
  const bySchool = useMemo(() => {
    const map = new Map<string, LadderChange[]>();
    for (const c of props.changes) map.set(c.schoolId, [...(map.get(c.schoolId) ?? []), c]);
    return [...map.values()];
  }, [props.changes]);
  return (
    <Modal
      open
      width={680}
      title={tLadder.previewTitle}
      onCancel={props.onClose}
      data-testid="ladder-preview-dialog"
      footer={
        <>
          <Button onClick={props.onClose} autoFocus={doable === 0}>
            {doable === 0 ? tCommon.close : tCommon.cancel}
          </Button>
          <Button
            type="primary"
            disabled={doable === 0}
            loading={apply.isPending}
            onClick={() => apply.mutate(props.req, { onSuccess: (res) => props.onDone(res.changes.filter((c) => c.change !== "blocked").length) })}
            data-testid="ladder-apply"
          >
            {doable === 0 ? tLadder.applyNone : tLadder.apply(doable)}
          </Button>
        </>
      }
    >
      {apply.error ? <Lines lines={errorLines(apply.error)} /> : null}
      {props.changes.length === 0 ? (
        <EmptyState title={tLadder.allComplete} hint={tLadder.previewNothing} />
      ) : (
        <>
          <p className="ek-lines">{tLadder.previewSummary(props.schools, of("create"), of("correct"), of("remove"))}</p>
          {blocked > 0 ? <Lines tone="warning" lines={[tLadder.previewBlocked(blocked)]} /> : null}
          <div className="ek-scroll-list">
            {bySchool.map((changes) => (
              <section key={changes[0]?.schoolId} className="ek-change-school">
                <h3>{changes[0]?.schoolName}</h3>
                <ul className="ek-plain-list">
                  {changes.map((c) => (
                    <li key={`${c.number}-${c.change}`} data-testid="ladder-change">
                      <Tag tone={CHANGE_TONE[c.change]}>{tLadder.change[c.change]}</Tag>
                      <span>{c.name}</span>
                      {c.change === "blocked" || c.change === "remove" ? null : (
                        <span className="ek-faint">
                          {[c.graduating ? tLadder.graduating : "", c.manualPromotion ? tLadder.manual : ""].filter(Boolean).join(" · ")}
                        </span>
                      )}
                      {c.reason ? <span className={c.change === "blocked" ? "ek-bad" : "ek-faint"}>{c.reason}</span> : null}
                    </li>
                  ))}
                </ul>
              </section>
            ))}
          </div>
        </>
      )}
    </Modal>
  );
}
