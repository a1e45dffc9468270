// 学生档案: all that is on record about one pupil, masked; in clear for a minute with a reason; as it was on any day.
import { ArrowLeftOutlined, EditOutlined, EyeInvisibleOutlined, EyeOutlined } from "@ant-design/icons";
import { Alert, Button, DatePicker, Descriptions, Form, Input, Timeline } from "antd";
import dayjs from "dayjs";
import { useEffect, useState, type ReactNode } from "react";
import type { PupilPage as Pupil, RevealPupilResponse } from "../../api.gen";
import { FormModal } from "../../shared/components/form-modal";
import { Page, Panel } from "../../shared/components/page";
import { QueryView } from "../../shared/components/states";
import { Tag } from "../../shared/components/tags";
import { day, moment } from "../../shared/formatting";
import { useAction, useOp } from "../../shared/query";
import { go, href, useParams } from "../../shared/router";
import { useSession } from "../../shared/session";
import { tCommon, tPupil, tPupilOrder, tPupils } from "../../shared/texts";
import { applicationTone, orderTone } from "../../shared/tones";
import { EditPupil } from "./edit";
import { RequestOrder } from "./order";
import { PupilPhoto } from "./photo";

/** The class leads to its roster. */
function classOf(p: Pupil): ReactNode {
  const { enrolment: e } = p;
  if (!e) return tPupil.none;
  return (
    <a href={href("/pupils/roster", { s: e.schoolId, grade: String(e.grade), class: String(e.classNumber) })}>
      {tCommon.gradeClass(e.gradeName, e.classNumber)} {e.classNickname ?? ""}
    </a>
  );
}

const orNone = (v: string | undefined) => (v === undefined || v === "" ? tPupil.none : v);

export function PupilPage(props: { id: string }) {
  const [params, change] = useParams();
  const asOf = params.get("day") ?? undefined;
  const query = useOp("pupil.show", { id: props.id, ...(asOf ? { asOf } : {}) });
  const [dialog, setDialog] = useState<"reveal" | "edit" | "order" | null>(null);
  const { can } = useSession();
  // What was revealed belongs to one pupil and one day: another one begins masked.
  const stamp = `${props.id} ${asOf ?? ""}`;
  const [clear, setClear] = useState<{ stamp: string; values: RevealPupilResponse; until: number } | null>(null);
  const [now, setNow] = useState(() => Date.now());
  useEffect(() => {
    if (!clear) return;
    const timer = setInterval(() => {
      setNow(Date.now());
      if (Date.now() >= clear.until) setClear(null);
    }, 500);
    return () => clearInterval(timer);
  }, [clear]);
  const open = clear && clear.stamp === stamp ? clear : null;
  const pupil = query.data;
  return (
    <Page
      title={pupil ? `${tPupil.title} · ${pupil.name}` : tPupil.title}
      actions={
        <>
          <Button icon={<ArrowLeftOutlined />} onClick={() => go("/pupils")} data-testid="pupil-back">
            {tPupil.back}
          </Button>
          {pupil?.mayReveal ? (
            open ? (
              <Button icon={<EyeInvisibleOutlined />} onClick={() => setClear(null)} data-testid="pupil-hide">
                {tPupil.hide}
              </Button>
            ) : (
              <Button icon={<EyeOutlined />} onClick={() => setDialog("reveal")} data-testid="pupil-reveal">
                {tPupil.reveal}
              </Button>
            )
          ) : null}
          {pupil && can("request_orders") ? (
            <Button onClick={() => setDialog("order")} data-testid="pupil-order">
              {tPupilOrder.request}
            </Button>
          ) : null}
          {pupil?.mayContinue ? (
            <Button type="primary" icon={<EditOutlined />} onClick={() => go(`/entry/${pupil.id}`)} data-testid="pupil-go-on">
              {tPupil.goOn}
            </Button>
          ) : null}
          {/* Before the district has approved, the whole form is open: there is nothing to correct beside it. */}
          {pupil && !pupil.mayContinue && pupil.mayCorrect.length > 0 ? (
            <Button type="primary" icon={<EditOutlined />} onClick={() => setDialog("edit")} data-testid="pupil-edit">
              {tPupil.edit}
            </Button>
          ) : null}
        </>
      }
      toolbar={
        <>
          <DatePicker
            aria-label={tPupil.asOf}
            placeholder={tPupil.asOf}
            format="YYYY-MM-DD"
            style={{ width: "14em" }}
            value={asOf ? dayjs(asOf) : null}
            disabledDate={(d) => d.isAfter(dayjs(), "day") || (pupil ? d.isBefore(dayjs(day(pupil.createdAt)), "day") : false)}
            onChange={(d) => change({ day: d?.format("YYYY-MM-DD") })}
            data-testid="pupil-day"
          />
          {asOf ? (
            <Button onClick={() => change({ day: undefined })} data-testid="pupil-today">
              {tPupil.today}
            </Button>
          ) : null}
        </>
      }
    >
      {asOf ? <Alert type="info" showIcon className="ek-lines" title={tPupil.asOfNote(asOf)} data-testid="pupil-as-of" /> : null}
      {open ? <Alert type="warning" showIcon className="ek-lines" title={tPupil.revealed(Math.max(1, Math.ceil((open.until - now) / 1000)))} data-testid="pupil-revealed" /> : null}
      <QueryView query={query}>{(data) => <Content pupil={data} clear={open?.values ?? null} asOf={asOf !== undefined} />}</QueryView>
      {dialog === "reveal" ? (
        <RevealModal
          id={props.id}
          asOf={asOf}
          onClose={() => setDialog(null)}
          onRevealed={(values) => {
            setNow(Date.now());
            // By this machine's own clock: the backend's may differ.
            setClear({ stamp, values, until: Date.now() + 60_000 });
          }}
        />
      ) : null}
      {dialog === "order" && pupil ? <RequestOrder pupil={pupil} onClose={() => setDialog(null)} /> : null}
      {dialog === "edit" && pupil ? <EditPupil pupil={pupil} onClose={() => setDialog(null)} /> : null}
    </Page>
  );
}

function Content(props: { pupil: Pupil; clear: RevealPupilResponse | null; asOf: boolean }) {
  const { pupil: p, clear } = props;
  const rows: [string, ReactNode][] = [
    [tPupil.name, p.name],
    [tPupil.gender, p.gender ? tPupils.gender[p.gender] : tPupil.none],
    ...(p.nationality ? [[tPupil.nationality, p.nationality] as [string, ReactNode]] : []),
    [p.paperKindName, <span key="paper" data-testid="pupil-paper">{clear?.paper ?? p.paperMasked}</span>],
    [tPupil.birth, clear?.birthDate ?? (p.birthYear === undefined ? tPupil.none : tPupil.birthYear(p.birthYear))],
    [tPupil.studentNumber, clear?.studentNumber ?? orNone(p.studentNumberMasked)],
    [tPupil.address, clear?.address ?? (p.hasAddress ? tPupil.addressKnown : tPupil.none)],
    [tPupil.school, orNone(p.enrolment?.schoolName)],
    [tPupil.class, classOf(p)],
    [tPupil.status, p.statusName],
    [tPupil.application, p.applicationState ? <Tag key="application" tone={applicationTone[p.applicationState]}>{p.applicationStateName}</Tag> : tPupil.none],
    [tPupil.card, p.cardId ? <a key="card" href={href(`/cards/${p.cardId}`)}>{p.cardNumber}</a> : tPupil.none],
    [tPupil.citizenCard, orNone(p.citizenCardNumber)],
    [tPupil.createdAt, moment(p.createdAt)],
  ];
  const phone = (id: string) => clear?.phones.find((each) => each.guardianId === id)?.phone;
  const paper = (id: string) => clear?.guardianPapers.find((each) => each.guardianId === id)?.number;
  const card = (id: string) => clear?.bankCards.find((each) => each.guardianId === id)?.number;
  return (
    <div className="ek-pupil" data-testid="pupil-content">
      <Panel title={tPupil.record}>
        <Descriptions column={{ xs: 1, lg: 2 }} size="small" items={rows.map(([label, children]) => ({ key: label, label, children }))} />
      </Panel>
      {props.asOf ? null : <PupilPhoto pupil={p} />}
      <Panel title={tPupil.guardians}>
        <Lines
          empty={p.guardians.length === 0}
          lines={p.guardians.map((g) => ({ key: g.id, head: `${g.name} ${g.relationName ?? ""}`, text: [
            phone(g.id) ?? orNone(g.phoneMasked),
            g.paperMasked ? tPupil.guardianPaper(paper(g.id) ?? g.paperMasked) : "",
            g.bankCardMasked ? tPupil.bankCard(card(g.id) ?? g.bankCardMasked) : "",
          ]
            .filter(Boolean)
            .join(" · ") }))}
        />
      </Panel>
      <Panel title={tPupil.enrolments}>
        <Lines
          empty={p.enrolments.length === 0}
          lines={p.enrolments.map((e) => ({
            key: `${e.beginAt}`,
            head: tPupil.enrolment(e.schoolYear, e.schoolName, e.gradeName, e.classNumber),
            text: [e.reasonName, tPupil.since(day(e.beginAt), e.endAt === undefined ? undefined : day(e.endAt)), e.outcomeName].filter(Boolean).join(" · "),
          }))}
        />
      </Panel>
      <Panel title={tPupil.applications}>
        <Lines
          empty={p.applications.length === 0}
          lines={p.applications.map((a) => ({
            key: `${a.firstSavedAt}`,
            head: (
              <>
                {a.kindName} <Tag tone={applicationTone[a.state]}>{a.stateName}</Tag>
              </>
            ),
            text: [
              `${tPupil.savedAt} ${moment(a.firstSavedAt)}`,
              a.submittedAt === undefined ? "" : `${tPupil.submittedAt} ${moment(a.submittedAt)}`,
              a.approvedAt === undefined ? "" : `${tPupil.approvedAt} ${moment(a.approvedAt)}`,
              a.returnedReason ? tPupil.because(a.returnedReason) : "",
            ]
              .filter(Boolean)
              .join(" · "),
          }))}
        />
      </Panel>
      <Panel title={tPupil.orders}>
        <Lines
          empty={p.orders.length === 0}
          lines={p.orders.map((o) => ({
            key: o.id,
            head: (
              <>
                <a href={href(`/orders/${o.id}`)}>{tPupil.order(o.kindName)}</a> <Tag tone={orderTone[o.state]}>{o.stateName}</Tag>
              </>
            ),
            text: o.steps.map((s) => `${moment(s.at)} ${s.name} ${s.by}${s.reason ? ` ${tPupil.because(s.reason)}` : ""}`).join(" · "),
          }))}
        />
      </Panel>
      <Panel title={tPupil.history}>
        {p.corrections.length === 0 ? (
          <p className="ek-faint">{tPupil.none}</p>
        ) : (
          <Timeline
            items={p.corrections.toReversed().map((c) => ({
              key: `${c.at}`,
              content: (
                <div data-testid="pupil-correction">
                  <div>{tPupil.corrected(c.parts)}</div>
                  <div className="ek-faint">
                    {moment(c.at)} {c.by} {tPupil.because(c.reason)}
                  </div>
                </div>
              ),
            }))}
          />
        )}
      </Panel>
      <Panel title={tPupil.audit}>
        <Lines empty={p.audit.length === 0} lines={p.audit.map((a) => ({ key: a.id, head: a.summary || a.opName, text: `${moment(a.at)} ${a.login ?? ""}` }))} />
      </Panel>
    </div>
  );
}

function Lines(props: { empty: boolean; lines: { key: string; head: ReactNode; text: string }[] }) {
  if (props.empty) return <p className="ek-faint">{tPupil.none}</p>;
  return (
    <ul className="ek-plain-list">
      {props.lines.map((line) => (
        <li key={line.key}>
          <div>{line.head}</div>
          <div className="ek-faint">{line.text}</div>
        </li>
      ))}
    </ul>
  );
}

function RevealModal(props: { id: string; asOf: string | undefined; onClose: () => void; onRevealed: (values: RevealPupilResponse) => void }) {
  const action = useAction("pupil.reveal");
  return (
    <FormModal<{ reason: string }>
      title={tPupil.revealTitle}
      note={tPupil.revealHint}
      initial={{}}
      fields={{ reason: tPupil.reason }}
      submitText={tPupil.reveal}
      submitTestId="pupil-reveal-submit"
      onSubmit={async ({ reason }) => {
        const values = await action.mutateAsync({
          id: props.id,
          fields: ["paper", "birthDate", "studentNumber", "address", "phones", "guardianPapers", "bankCards"],
          reason: reason ?? "",
          ...(props.asOf ? { asOf: props.asOf } : {}),
        });
        props.onRevealed(values);
      }}
      onClose={props.onClose}
    >
      <Form.Item name="reason" label={tPupil.reason} rules={[{ required: true, message: tCommon.required(tPupil.reason) }]}>
        <Input maxLength={200} placeholder={tPupil.reasonHint} data-testid="pupil-reveal-reason" />
      </Form.Item>
    </FormModal>
  );
}
