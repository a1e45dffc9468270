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

const WORDS = {
  new_pupils: { page: "/pupils", done: tImport.resultPupils, undone: tImport.resultUndonePupils, draft: tImport.resultDraft, open: tImport.resultOpen },
  registrations: { page: "/registrations", done: tImport.resultRegistrations, undone: tImport.resultUndoneRegistrations, draft: tImport.resultDraftRegistrations, open: tImport.resultOpenRegistrations },
  classes: { page: "/organisation/classes", done: tImport.resultClasses, undone: tImport.resultUndoneClasses, draft: "", open: tImport.resultOpenClasses },
} as const satisfies Record<ImportSummary["kind"], unknown>;

export function Result(props: { summary: ImportSummary; onRows: (onlyProblems: boolean) => void }) {
  const { summary: s } = props;
  const client = useQueryClient();
  const [undoing, setUndoing] = useState(false);
  const pupils = s.kind !== "classes";
  const words = WORDS[s.kind];
  const things = (n: number) => tImport.things(s.kind, n);
  const taken = s.state === "undone";
  const again = () => go("/imports/new", s.kind === "new_pupils" ? {} : { kind: s.kind });
  const list = () => go(words.page, { ...(pupils ? { import: s.id } : {}), s: s.schoolId, d: undefined });
  return (
    <Page
      title={tImport.titles[s.kind]}
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
        <h2>{taken ? tImport.resultUndone(things(s.undone)) : words.done(s.committed)}</h2>
        {taken ? (
          <>
            {s.undoneAt === undefined ? null : <p className="ek-faint">{moment(s.undoneAt)}</p>}
            <p>{words.undone}</p>
            {s.committed > 0 ? <p className="ek-warn">{tImport.resultHeld(things(s.committed))}</p> : null}
          </>
        ) : (
          <>
            {s.committedAt === undefined ? null : (
              <p className="ek-faint">
                {moment(s.committedAt)} · {s.createdBy}
              </p>
            )}
            {pupils ? <p>{s.submittedAt === undefined ? words.draft : tImport.resultSubmitted(s.submittedAt)}</p> : null}
            {s.errors > 0 ? <p className="ek-warn">{tImport.resultRest(s.errors)}</p> : null}
          </>
        )}
        {s.purgedAt === undefined ? null : <p className="ek-faint">{tImport.gonePurgedHint(s.purgedAt)}</p>}
        <div className="ek-state-actions">
          {s.committed > 0 ? (
            <Button type="primary" autoFocus onClick={list} data-testid="import-open-pupils">
              {words.open}
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
