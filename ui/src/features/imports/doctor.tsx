// 证件号诊断: which numbers a damaged one can have been. A person picks; nothing is filled in by itself.
import { Button, Drawer } from "antd";
import type { DoctorRow } from "../../api.gen";
import { EmptyState, QueryView } from "../../shared/components/states";
import { Tag } from "../../shared/components/tags";
import { useOp } from "../../shared/query";
import { tImport } from "../../shared/texts";

/** Rows that are drawn at once: more than a person works through before the list is read again. */
const SHOWN = 50;

export function Doctor(props: { importId: string; row: number; busy: boolean; onPick: (row: DoctorRow, number: string) => void; onClose: () => void }) {
  const query = useOp("import.doctor", { importId: props.importId }, { staleTime: 0, keep: true });
  return (
    <Drawer open title={tImport.doctorTitle} onClose={props.onClose} size={520} data-testid="import-doctor-drawer">
      <p className="ek-faint ek-lines">{tImport.doctorHint}</p>
      <QueryView query={query}>
        {({ rows }) => {
          // The row the person came from is the first.
          const sorted = rows.toSorted((a, b) => Number(b.row === props.row) - Number(a.row === props.row) || a.row - b.row);
          if (sorted.length === 0) return <EmptyState title={tImport.doctorNone} hint={tImport.doctorNoneHint} />;
          return (
            <>
              {sorted.slice(0, SHOWN).map((r) => (
                <Case key={r.row} row={r} busy={props.busy} onPick={(number) => props.onPick(r, number)} />
              ))}
              {sorted.length > SHOWN ? <p className="ek-faint">{tImport.doctorMore(sorted.length - SHOWN)}</p> : null}
            </>
          );
        }}
      </QueryView>
    </Drawer>
  );
}

function Case(props: { row: DoctorRow; busy: boolean; onPick: (number: string) => void }) {
  const { row: r } = props;
  return (
    <section className="ek-case" data-testid={`import-doctor-${r.row}`}>
      <h3>
        {tImport.doctorRow(r.row)} <b>{r.name || tImport.cellBlank}</b> <span className="ek-faint">{r.cell}</span>
      </h3>
      <p>{r.message}</p>
      {r.proposals.map((p) => (
        <div key={p.number} className="ek-proposal">
          <div>
            <b className="ek-num">{p.number}</b>
            <div className="ek-faint">
              {p.name} · {p.schoolName} {p.className} {p.sameSchool ? null : <Tag tone="wait">{tImport.doctorElsewhere}</Tag>}
            </div>
          </div>
          <Button type="primary" size="small" disabled={props.busy} onClick={() => props.onPick(p.number)} data-testid={`import-doctor-propose-${r.row}`}>
            {tImport.doctorPick}
          </Button>
        </div>
      ))}
      {r.candidates.length > 0 ? (
        <details open={r.proposals.length === 0}>
          <summary>{tImport.doctorCandidates(r.candidates.length, r.possible)}</summary>
          <ul className="ek-candidates">
            {r.candidates.map((number) => (
              <li key={number}>
                <button type="button" disabled={props.busy} onClick={() => props.onPick(number)} data-tip={tImport.doctorPick}>
                  {number}
                </button>
              </li>
            ))}
          </ul>
        </details>
      ) : null}
    </section>
  );
}
