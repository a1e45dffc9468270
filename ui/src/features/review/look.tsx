// One application beside what the checks say of it. Its numbers are not masked, so it is asked for once an opening.
import { Button, Descriptions, Drawer } from "antd";
import { useMemo } from "react";
import type { NearMatch, ReviewFilter, ShowReviewResponse } from "../../api.gen";
import { QueryView } from "../../shared/components/states";
import { Tag } from "../../shared/components/tags";
import { moment } from "../../shared/formatting";
import { useLook } from "../../shared/query";
import { tCommon, tEntry, tReview } from "../../shared/texts";

/** What is chosen: some, or all that fit the filter. */
export type Choice = { items: { id: string; version: number }[] } | { filter: ReviewFilter };

const shown = (d: ShowReviewResponse): Choice => ({ items: [{ id: d.application.id, version: d.application.version }] });

export function Look(props: {
  id: string;
  busy: boolean;
  onApprove: (choice: Choice) => void;
  onReturn: (choice: Choice, reasons: readonly string[]) => void;
  onClose: () => void;
}) {
  const { id } = props;
  const query = useLook(
    "review.show",
    useMemo(() => ({ id }), [id]),
  );
  const data = query.data;
  const may = (step: "approve" | "return") => data?.application.steps.includes(step) ?? false;
  return (
    <Drawer
      open
      title={data ? `${tReview.look[data.application.kind]} · ${data.application.pupilName}` : ""}
      onClose={props.onClose}
      size={data && data.near.length > 0 ? 760 : 560}
      data-testid="review-look"
      footer={
        data && (may("approve") || may("return")) ? (
          <div className="ek-row">
            <span className="ek-grow" />
            <Button disabled={props.busy} onClick={() => props.onReturn(shown(data), data.reasons)} data-testid="review-look-return">
              {tReview.return}
            </Button>
            <Button type="primary" loading={props.busy} onClick={() => props.onApprove(shown(data))} data-testid="review-look-approve">
              {tReview.approve}
            </Button>
          </div>
        ) : null
      }
    >
      <QueryView query={query}>{(d) => <Details data={d} />}</QueryView>
    </Drawer>
  );
}

/** Both records side by side: the reviewer decides whether it is one child. */
function Compare(props: { data: ShowReviewResponse }) {
  const { data: d } = props;
  const a = d.application;
  const first = d.guardians[0];
  /** `tells`: a difference in it speaks for two children. */
  const row = (label: string, mine: string | undefined, theirs: (n: NearMatch) => string | undefined, tells = false) => ({ label, mine, tells, theirs: d.near.map(theirs) });
  const rows = [
    row(tEntry.col.name, a.pupilName, (n) => n.name),
    row(tReview.paper, d.paperNumber, (n) => n.paper, true),
    row(tReview.gender, d.gender && tReview.genders[d.gender], (n) => n.gender && tReview.genders[n.gender], true),
    // The same day, or it would be no near match.
    row(tReview.birthDate, d.birthDate, () => d.birthDate),
    row(tReview.guardian, [first?.name, first?.phone].filter(Boolean).join(" "), (n) => [n.guardianName, n.guardianPhone].filter(Boolean).join(" ")),
    row(tReview.col.school, a.schoolName, (n) => n.schoolName ?? tEntry.nearElsewhere),
    row(tReview.col.class, tCommon.gradeClass(a.gradeName, a.classNumber), (n) => n.className),
    row(tReview.col.state, a.stateName, (n) => n.applicationStateName),
    row(tReview.firstSavedAt, moment(a.firstSavedAt), (n) => (n.firstSavedAt === undefined ? undefined : moment(n.firstSavedAt))),
  ];
  return (
    <section aria-label={tReview.compare} style={{ marginBottom: 16 }} data-testid="review-near">
      <h3 className="ek-label">{tReview.compare}</h3>
      <table className="ek-conflict">
        <thead>
          <tr>
            <th>{tReview.compareItem}</th>
            <th>{tReview.compareMine}</th>
            {d.near.map((n, i) => (
              <th key={n.pupilId ?? i}>{tReview.compareTheirs}</th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map((r) => (
            <tr key={r.label}>
              <th>{r.label}</th>
              <td>{r.mine || tCommon.none}</td>
              {r.theirs.map((text, i) => (
                <td key={d.near[i]?.pupilId ?? i} data-differs={r.tells && text !== r.mine}>
                  {text || tCommon.none}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}

function Details(props: { data: ShowReviewResponse }) {
  const { data: d } = props;
  const a = d.application;
  const rows: [string, string | undefined][] = [
    [tReview.col.school, a.schoolName],
    [tReview.col.class, tCommon.gradeClass(a.gradeName, a.classNumber)],
    [tReview.from, a.fromSchoolName === undefined ? undefined : [a.fromSchoolName, d.fromClass].filter(Boolean).join(" ")],
    [tReview.why, d.reason],
    [tReview.statedName, d.statedName],
    [tReview.paper, d.paperNumber],
    [tReview.nationality, d.nationality],
    [tReview.gender, d.gender === undefined ? undefined : tReview.genders[d.gender]],
    [tReview.birthDate, d.birthDate],
    [tReview.studentNumber, d.studentNumber],
    [tReview.address, d.address],
    ...d.guardians.flatMap((g): [string, string | undefined][] => [
      [tReview.guardian, [g.name, g.relationName, g.phone].filter(Boolean).join(" ")],
      [tReview.guardianPaper, g.paperNumber],
      [tReview.bankCard, g.bankCard],
    ]),
    [tReview.firstSavedAt, moment(a.firstSavedAt)],
    [tReview.col.submittedAt, a.submittedAt === undefined ? undefined : moment(a.submittedAt)],
    [tReview.col.approvedAt, a.approvedAt === undefined ? undefined : moment(a.approvedAt)],
    [tReview.returnedReason, a.returnedReason],
  ];
  return (
    // Focusable, so that a long record can be scrolled by keys.
    // oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex
    <section tabIndex={0} aria-label={tReview.look[a.kind]}>
      <section aria-label={tReview.checks} style={{ marginBottom: 16 }} data-testid="review-checks">
        <h3 className="ek-label">{tReview.checks}</h3>
        {d.checks.length === 0 ? (
          <p className="ek-faint">{tReview.checksFine}</p>
        ) : (
          d.checks.map((problem, i) => (
            <p key={`${problem.code} ${String(i)}`}>
              <Tag tone={problem.severity === "error" ? "bad" : "wait"}>{problem.severity === "error" ? tReview.bad : tReview.warning}</Tag> {problem.message}
            </p>
          ))
        )}
      </section>
      {d.near.length > 0 ? <Compare data={d} /> : null}
      <Descriptions
        column={1}
        size="small"
        bordered
        items={rows.flatMap(([label, value], i) => (value === undefined ? [] : [{ key: i, label, children: value }]))}
        data-testid="review-record"
      />
    </section>
  );
}
