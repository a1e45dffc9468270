// 完成: what was written, what is left to do, and the way back.
import { CheckCircleFilled, RollbackOutlined, UndoOutlined } from "@ant-design/icons";
import { useQueryClient } from "@tanstack/react-query";
import { Button } from "antd";
import { useState } from "react";
import type { ImportSummary } from "../../api.gen";
import { Page } from "../../shared/components/page";
import { moment } from "../../shared/formatting";
import { go } from "../../shared/router";
import { tImport } from "../../shared/texts";
import { Counts } from "./counts";
import { rereadImport } from "./read";
import { ImportSteps } from "./steps";
import { UndoDialog } from "./undo";
import { ErrorWorkbookButton } from "./workbook";

export function Result(props: { summary: ImportSummary; onRows: (onlyProblems: boolean) => void }) {
  const { summary: s } = props;
  const client = useQueryClient();
  const [undoing, setUndoing] = useState(false);
  const pupils = s.kind === "new_pupils";
  const things = (n: number) => tImport.things(s.kind, n);
  const taken = s.state === "undone";
  const again = () => go("/imports/new", pupils ? {} : { kind: s.kind });
  const list = () => (pupils ? go("/pupils", { import: s.id, s: s.schoolId, d: undefined }) : go("/organisation/classes", { s: s.schoolId, d: undefined }));
  return (
    <Page
      title={pupils ? tImport.title : tImport.titleClasses}
      note={`${s.schoolName} · ${s.fileName}`}
      toolbar={
        <>
          <ImportSteps current={taken ? 3 : 4} />
          <div className="ek-check-bar">
            <Counts summary={s} />
          </div>
        </>
      }
    >
      <div className="ek-result" data-testid="import-result" data-state={s.state}>
        {taken ? <RollbackOutlined className="ek-result-icon ek-faint" /> : <CheckCircleFilled className="ek-result-icon" />}
        <h2>{taken ? tImport.resultUndone(things(s.undone)) : pupils ? tImport.resultPupils(s.committed) : tImport.resultClasses(s.committed)}</h2>
        {taken ? (
          <>
            {s.undoneAt === undefined ? null : <p className="ek-faint">{moment(s.undoneAt)}</p>}
            <p>{pupils ? tImport.resultUndonePupils : tImport.resultUndoneClasses}</p>
            {s.committed > 0 ? <p className="ek-warn">{tImport.resultHeld(things(s.committed))}</p> : null}
          </>
        ) : (
          <>
            {s.committedAt === undefined ? null : (
              <p className="ek-faint">
                {moment(s.committedAt)} · {s.createdBy}
              </p>
            )}
            {pupils ? <p>{s.submittedAt === undefined ? tImport.resultDraft : tImport.resultSubmitted(s.submittedAt)}</p> : null}
            {s.errors > 0 ? <p className="ek-warn">{tImport.resultRest(s.errors)}</p> : null}
          </>
        )}
        {s.purgedAt === undefined ? null : <p className="ek-faint">{tImport.gonePurgedHint(s.purgedAt)}</p>}
        <div className="ek-state-actions">
          {s.committed > 0 ? (
            <Button type="primary" autoFocus onClick={list} data-testid="import-open-pupils">
              {pupils ? tImport.resultOpen : tImport.resultOpenClasses}
            </Button>
          ) : null}
          {s.errors > 0 && !taken && s.purgedAt === undefined ? (
            <>
              <Button onClick={() => props.onRows(true)} data-testid="import-continue">
                {tImport.resultContinue(s.errors)}
              </Button>
              <ErrorWorkbookButton importId={s.id} />
            </>
          ) : null}
          <Button type={s.committed > 0 ? "default" : "primary"} onClick={again} data-testid="import-again">
            {tImport.resultAgain}
          </Button>
          {s.purgedAt === undefined ? (
            <Button onClick={() => props.onRows(false)} data-testid="import-result-rows">
              {tImport.resultRows}
            </Button>
          ) : null}
        </div>
        {!taken && s.committed > 0 && s.purgedAt === undefined ? (
          <div className="ek-result-undo">
            <span className="ek-faint">{tImport.undoQuestion}</span>
            <Button type="link" icon={<UndoOutlined />} onClick={() => setUndoing(true)} data-testid="import-undo">
              {tImport.undoImport}
            </Button>
          </div>
        ) : null}
      </div>
      {undoing ? (
        <UndoDialog
          summary={s}
          onClose={() => setUndoing(false)}
          onDone={() => {
            setUndoing(false);
            rereadImport(client, s.id);
          }}
        />
      ) : null}
    </Page>
  );
}
