// Who would leave the list, and why, before anybody does.
import { Button, DatePicker, Modal } from "antd";
import dayjs from "dayjs";
import { useState } from "react";
import { Lines, useNotify } from "../../shared/components/feedback";
import { EmptyState, errorLines, QueryView } from "../../shared/components/states";
import { count, presetRange } from "../../shared/formatting";
import { useAction, useOp } from "../../shared/query";
import { useSession } from "../../shared/session";
import { tCommon, tExtensions } from "../../shared/texts";

export function CleanModal(props: { district: string | undefined; onClose: () => void }) {
  const { can } = useSession();
  const manages = can("manage_extensions");
  const notify = useNotify();
  const clean = useAction("extension.clean");
  const undo = useAction("extension.undo");
  const [date, setDate] = useState(() => presetRange("today", Date.now())[0]);
  const [lines, setLines] = useState<string[]>([]);
  const request = { date, ...(props.district ? { district: props.district } : {}) };
  const query = useOp("extension.preview", request, { keep: true });
  const leaving = query.data?.leaving ?? 0;
  const run = async () => {
    setLines([]);
    try {
      const done = await clean.mutateAsync(request);
      const id = done.run?.id;
      notify.done(tExtensions.cleaned(count(done.removed)), id ? () => undo.mutate({ runId: id }, { onError: notify.failed }) : undefined);
      props.onClose();
    } catch (thrown) {
      setLines(errorLines(thrown));
    }
  };
  return (
    <Modal
      open
      width={760}
      title={manages ? tExtensions.clean : tExtensions.preview}
      onCancel={props.onClose}
      footer={
        <>
          <Button onClick={props.onClose} data-testid="dialog-cancel">
            {tCommon.close}
          </Button>
          {manages ? (
            <Button type="primary" danger disabled={leaving === 0} loading={clean.isPending} onClick={() => void run()} data-testid="extension-clean-run">
              {tExtensions.cleanRun(count(leaving))}
            </Button>
          ) : null}
        </>
      }
    >
      <div className="ek-row ek-lines">
        <span className="ek-label">{tExtensions.onDay}</span>
        <DatePicker allowClear={false} format="YYYY-MM-DD" value={dayjs(date)} onChange={(day) => setDate((day ?? dayjs(date)).format("YYYY-MM-DD"))} aria-label={tExtensions.onDay} data-testid="extension-clean-date" />
      </div>
      <Lines lines={lines} />
      <QueryView query={query} rows={4}>
        {(data) => (
          <div data-testid="extension-preview">
            <p>
              {tExtensions.previewed(data.districtName, data.policyName, count(data.checked))}
              <b>{tExtensions.leaving(count(data.leaving))}</b>
              {data.counts.map((c) => ` · ${c.name} ${count(c.count)}`).join("")}
            </p>
            <p className="ek-faint">{tExtensions.policyNote[data.policy]}</p>
            {data.items.length === 0 ? (
              <EmptyState title={tExtensions.nobody} hint={tExtensions.nobodyHint} />
            ) : (
              <div className="ek-scroll-list">
                <table className="ek-conflict">
                  <thead>
                    <tr>
                      <th>{tExtensions.col.name}</th>
                      <th>{tExtensions.col.school}</th>
                      <th>{tExtensions.col.class}</th>
                      <th>{tExtensions.why}</th>
                      <th>{tExtensions.since}</th>
                    </tr>
                  </thead>
                  <tbody>
                    {data.items.map((e) => (
                      <tr key={e.id} data-testid={`leaving-${e.id}`}>
                        <td>{e.pupilName}</td>
                        <td>{e.schoolName}</td>
                        <td>{tCommon.gradeClass(e.gradeName, e.classNumber)}</td>
                        <td>{e.leaveReasonName}</td>
                        <td>{e.leavesOn}</td>
                      </tr>
                    ))}
                  </tbody>
                </table>
              </div>
            )}
          </div>
        )}
      </QueryView>
    </Modal>
  );
}
