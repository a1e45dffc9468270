// 证件号诊断: which numbers a damaged one can have been. A person picks; nothing is filled in by itself.
import { CheckCircleFilled } from "@ant-design/icons";
import { Button, Drawer } from "antd";
import { useMemo, useState } from "react";
import type { DoctorRow } from "../../api.gen";
import { EmptyState, QueryView } from "../../shared/components/states";
import { Tag } from "../../shared/components/tags";
import { capped } from "../../shared/formatting";
import { useLook } from "../../shared/query";
import { tCommon, tImport } from "../../shared/texts";

/** Rows at once: every look at numbers on record is in the audit log, so no more than are worked on. */
const PAGE = 10;

export function Doctor(props: { importId: string; row: number; busy: boolean; onPick: (row: DoctorRow, number: string) => Promise<boolean>; onClose: () => void }) {
  const { importId } = props;
  // The row the person came from is the first.
  const [after, setAfter] = useState(props.row - 1);
  const [done, setDone] = useState<ReadonlyMap<number, string>>(new Map());
  // What was picked stays in view, and a look is recorded: asked once for each page.
  const query = useLook(
    "import.doctor",
    useMemo(() => ({ importId, after, limit: PAGE }), [importId, after]),
  );
  const pick = async (row: DoctorRow, number: string) => {
    if (await props.onPick(row, number)) setDone((before) => new Map(before).set(row.row, number));
  };
  return (
    <Drawer open title={tImport.doctor} onClose={props.onClose} size={520} data-testid="import-doctor-drawer">
      <p className="ek-faint ek-lines">{tImport.doctorHint}</p>
      <QueryView query={query}>
        {({ rows, next }) =>
          rows.length === 0 ? (
            <EmptyState title={tImport.doctorNone} hint={tImport.doctorNoneHint} />
          ) : (
            <>
              {rows.map((r) => (
                <Case key={r.row} row={r} picked={done.get(r.row)} busy={props.busy} onPick={(number) => void pick(r, number)} />
              ))}
              {next === undefined ? null : (
                <Button block onClick={() => setAfter(next)} data-testid="import-doctor-more">
                  {tImport.doctorMore}
                </Button>
              )}
            </>
          )
        }
      </QueryView>
    </Drawer>
  );
}

function Case(props: { row: DoctorRow; picked: string | undefined; busy: boolean; onPick: (number: string) => void }) {
  const { row: r, busy } = props;
  const pick = (number: string) => (
    <Button type="primary" size="small" disabled={busy} onClick={() => props.onPick(number)} data-testid={`import-doctor-pick-${r.row}`}>
      {tImport.doctorPick}
    </Button>
  );
  return (
    <section className="ek-case" data-testid={`import-doctor-${r.row}`}>
      <h3>
        {tImport.doctorRow(r.row)} <b>{r.name || tImport.cellBlank}</b> <span className="ek-faint">{r.cell}</span>
      </h3>
      {props.picked === undefined ? (
        <>
          <p>{r.message}</p>
          {r.proposals.map((p) => (
            <div key={p.number} className="ek-proposal">
              <div>
                <b>{p.number}</b>
                <div>
                  {p.name} · {p.schoolName} {tCommon.gradeClass(p.gradeName, p.classNumber)} · {p.statusName} {p.sameSchool ? null : <Tag tone="info">{tImport.doctorElsewhere}</Tag>}
                  {p.genderDiffers ? <Tag tone="wait">{tImport.doctorGender}</Tag> : null}
                </div>
              </div>
              {pick(p.number)}
            </div>
          ))}
          {r.fromStudentNumber === undefined || r.proposals.some((p) => p.number === r.fromStudentNumber) ? null : (
            <div className="ek-proposal">
              <div>
                <b>{r.fromStudentNumber}</b>
                <div>{tImport.doctorStudentNumber}</div>
              </div>
              {pick(r.fromStudentNumber)}
            </div>
          )}
          {r.candidates.length > 0 ? (
            <details open={r.proposals.length === 0 && r.fromStudentNumber === undefined}>
              <summary>{tImport.doctorCandidates(capped(r.possible))}</summary>
              <ul className="ek-candidates">
                {r.candidates.map((number) => (
                  <li key={number}>
                    <button type="button" disabled={busy} onClick={() => props.onPick(number)} data-tip={tImport.doctorPick}>
                      {number}
                    </button>
                  </li>
                ))}
              </ul>
            </details>
          ) : null}
        </>
      ) : (
        <p className="ek-ok">
          <CheckCircleFilled /> {tImport.doctorPicked(props.picked)}
        </p>
      )}
    </section>
  );
}
