// 撤销本次导入: what will happen, in numbers, before it does. The safe button is the one under Enter.
import { useQueryClient } from "@tanstack/react-query";
import { Button, Modal } from "antd";
import { useState } from "react";
import type { HeldImportResponse, ImportSummary } from "../../api.gen";
import { CallError } from "../../platform";
import { Lines } from "../../shared/components/feedback";
import { errorLines, QueryView } from "../../shared/components/states";
import { runJob } from "../../shared/jobs";
import { useOp } from "../../shared/query";
import { tCommon, tImport } from "../../shared/texts";

export function UndoDialog(props: { summary: ImportSummary; onDone: (summary: ImportSummary) => void; onClose: () => void }) {
  const { summary } = props;
  const client = useQueryClient();
  const query = useOp("import.held", { importId: summary.id }, { staleTime: 0 });
  const [busy, setBusy] = useState(false);
  const [lines, setLines] = useState<string[]>([]);

  const undo = async (held: HeldImportResponse) => {
    setBusy(true);
    setLines([]);
    try {
      const res = await runJob("import.undo", { importId: summary.id, ...(held.heldTotal > 0 ? { keepHeld: true } : {}) }, tImport.jobUndo(summary.fileName));
      props.onDone(res.summary);
      void client.invalidateQueries();
    } catch (thrown) {
      setBusy(false);
      // Somebody went on with a record while this was being read: the numbers are shown anew.
      if (thrown instanceof CallError && thrown.has("import.held")) void query.refetch();
      if (!(thrown instanceof Error && thrown.name === "AbortError")) setLines(errorLines(thrown));
    }
  };

  return (
    <Modal
      open
      title={tImport.undoTitle}
      width={560}
      onCancel={busy ? undefined : props.onClose}
      mask={{ closable: false }}
      data-testid="import-undo-dialog"
      footer={
        <>
          {query.data && query.data.free > 0 ? (
            <Button danger loading={busy} onClick={() => void undo(query.data)} data-testid="import-undo-confirm">
              {tImport.undoConfirm(tImport.things(summary.kind, query.data.free))}
            </Button>
          ) : null}
          <Button type="primary" autoFocus disabled={busy} onClick={props.onClose} data-testid="import-undo-keep">
            {query.data?.free === 0 ? tCommon.close : tImport.undoKeep}
          </Button>
        </>
      }
    >
      <Lines lines={lines} />
      <QueryView query={query} rows={3}>
        {(held) => <What summary={summary} held={held} />}
      </QueryView>
    </Modal>
  );
}

function What(props: { summary: ImportSummary; held: HeldImportResponse }) {
  const { summary, held } = props;
  const classes = summary.kind === "classes";
  return (
    <>
      {held.free > 0 ? <p data-testid="import-undo-free">{classes ? tImport.undoClasses(held.free) : tImport.undoPupils(held.free)}</p> : <p>{tImport.undoNothing}</p>}
      {held.heldTotal > 0 ? (
        <>
          <p className="ek-warn ek-held-title">{tImport.undoHeld(tImport.things(summary.kind, held.heldTotal))}</p>
          {/* The list scrolls, so it has to be reachable by keyboard. */}
          {/* oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex */}
          <div className="ek-scroll-list ek-held" role="region" aria-label={tImport.undoHeldList} tabIndex={0} data-testid="import-undo-held">
            <table>
              <thead>
                <tr>
                  <th>{tImport.rowNo}</th>
                  <th>{classes ? tCommon.classNo : tCommon.name}</th>
                  {classes ? null : <th>{tCommon.classNo}</th>}
                  <th>{tImport.undoReason}</th>
                </tr>
              </thead>
              <tbody>
                {held.held.map((h) => (
                  <tr key={h.row}>
                    <td>{h.row}</td>
                    <td>{h.name}</td>
                    {classes ? null : <td>{h.where}</td>}
                    <td>{tImport.list(h.reasons)}</td>
                  </tr>
                ))}
              </tbody>
            </table>
          </div>
          {held.heldTotal > held.held.length ? <p className="ek-faint">{tImport.undoMore(held.heldTotal - held.held.length)}</p> : null}
        </>
      ) : null}
      {summary.errors > 0 ? <p className="ek-faint ek-held-title">{tImport.undoRest(summary.errors)}</p> : null}
    </>
  );
}
