// Cleanings so far, and taking the last ones back.
import { Button, Modal } from "antd";
import { useNotify } from "../../shared/components/feedback";
import { EmptyState, QueryView } from "../../shared/components/states";
import { count, moment } from "../../shared/formatting";
import { useAction, useOp } from "../../shared/query";
import { useSession } from "../../shared/session";
import { tCommon, tExtensions } from "../../shared/texts";

export function Runs(props: { district: string | undefined; onClose: () => void }) {
  const { can } = useSession();
  const notify = useNotify();
  const query = useOp("extension.runs", { limit: 100, ...(props.district ? { district: props.district } : {}) });
  const undo = useAction("extension.undo");
  const back = (runId: string) =>
    undo.mutate({ runId }, { onSuccess: (res) => notify.done(tExtensions.undone(count(res.restored), count(res.leftOut))), onError: notify.failed });
  return (
    <Modal
      open
      width={820}
      title={tExtensions.runs}
      onCancel={props.onClose}
      footer={
        <Button onClick={props.onClose} data-testid="dialog-cancel">
          {tCommon.close}
        </Button>
      }
    >
      <p className="ek-faint">{tExtensions.runsNote}</p>
      <QueryView query={query} rows={4}>
        {(data) =>
          data.items.length === 0 ? (
            <EmptyState title={tExtensions.noRuns} hint={tExtensions.noRunsHint} />
          ) : (
            <div className="ek-scroll-list">
              <table className="ek-conflict" data-testid="extension-runs">
                <thead>
                  <tr>
                    <th>{tCommon.time}</th>
                    <th>{tCommon.district}</th>
                    <th>{tExtensions.onDay}</th>
                    <th>{tExtensions.removed}</th>
                    <th>{tExtensions.by}</th>
                    <th>{tCommon.state}</th>
                    <th>{tCommon.actions}</th>
                  </tr>
                </thead>
                <tbody>
                  {data.items.map((r) => (
                    <tr key={r.id}>
                      <td>{moment(r.runAt)}</td>
                      <td>{r.districtName}</td>
                      <td>{`${r.date} ${r.policyName}`}</td>
                      <td>{count(r.removed)}</td>
                      <td>{r.runBy ?? tExtensions.automatic}</td>
                      <td>{r.undoneAt === undefined ? tExtensions.done : tExtensions.undoneAt(moment(r.undoneAt), count(r.restored))}</td>
                      <td>
                        {r.undoable && can("manage_extensions") ? (
                          <Button size="small" type="link" loading={undo.isPending} onClick={() => back(r.id)} data-testid={`extension-undo-${r.id}`}>
                            {tCommon.undo}
                          </Button>
                        ) : (
                          tCommon.none
                        )}
                      </td>
                    </tr>
                  ))}
                </tbody>
              </table>
            </div>
          )
        }
      </QueryView>
    </Modal>
  );
}
