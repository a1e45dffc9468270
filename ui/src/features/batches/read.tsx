// Reading a bureau's result file: chosen, checked, and written once the person has seen what it says.
import { UploadOutlined } from "@ant-design/icons";
import { useQueryClient } from "@tanstack/react-query";
import { Button, Modal } from "antd";
import { useState } from "react";
import type { BatchView, Problem, ReturnReport } from "../../api.gen";
import { platform, type StagedBlob } from "../../platform";
import { DataTable, type Column } from "../../shared/components/data-table";
import { Lines, useNotify } from "../../shared/components/feedback";
import { errorLines } from "../../shared/components/states";
import { count } from "../../shared/formatting";
import { runJob } from "../../shared/jobs";
import { tBatches, tCommon } from "../../shared/texts";

const place = (p: Problem) => [p.sheet, tBatches.where(p.row, p.column)].filter(Boolean).join(" · ");

const COLUMNS: Column<Problem>[] = [
  { key: "place", title: tBatches.place, width: 180, render: place },
  { key: "heading", title: tBatches.heading, width: 110, render: (p) => p.heading ?? tCommon.none },
  { key: "what", title: tBatches.what, min: 260, whole: true, render: (p) => <span className={p.severity === "error" ? "ek-bad" : "ek-warn"}>{p.message}</span> },
];

export function ReadResult(props: { batch: BatchView; onClose: () => void }) {
  const { batch } = props;
  const client = useQueryClient();
  const notify = useNotify();
  const [file, setFile] = useState<StagedBlob | null>(null);
  const [report, setReport] = useState<ReturnReport | null>(null);
  const [lines, setLines] = useState<string[]>([]);
  const [busy, setBusy] = useState(false);

  const run = async (work: () => Promise<void>) => {
    setBusy(true);
    setLines([]);
    try {
      await work();
    } catch (thrown) {
      if (!(thrown instanceof Error && thrown.name === "AbortError")) setLines(errorLines(thrown));
    } finally {
      setBusy(false);
    }
  };
  const take = (stage: () => Promise<StagedBlob | null>) =>
    run(async () => {
      const blob = await stage();
      if (!blob) return;
      setReport(null);
      setFile(blob);
      setReport(await runJob("batch.previewReturn", { id: batch.id, blobId: blob.blobId, fileName: blob.fileName }, tBatches.job(blob.fileName)));
    });
  const write = (mode: "all" | "valid") =>
    run(async () => {
      if (!file) return;
      const done = await runJob("batch.return", { id: batch.id, blobId: file.blobId, fileName: file.fileName, mode }, tBatches.job(file.fileName));
      await client.invalidateQueries();
      notify.done(tBatches.written(count(done.made), count(done.failed)));
      props.onClose();
    });

  const fresh = report ? report.made + report.failed : 0;
  return (
    <Modal
      open
      width={760}
      title={tBatches.readTitle}
      onCancel={props.onClose}
      footer={
        <>
          <Button onClick={props.onClose}>{tCommon.cancel}</Button>
          {report && fresh > 0 ? (
            <Button type="primary" loading={busy} onClick={() => void write(report.errors > 0 ? "valid" : "all")} data-testid="result-write">
              {report.errors > 0 ? tBatches.writeValid(count(fresh)) : tBatches.writeAll(count(fresh))}
            </Button>
          ) : null}
        </>
      }
    >
      <p className="ek-faint">{tBatches.readHint(batch.templateName)}</p>
      <div className="ek-row">
        <Button icon={<UploadOutlined />} loading={busy} onClick={() => void take(() => platform.pickWorkbook())} data-testid="result-choose">
          {report ? tBatches.chooseAgain : tBatches.choose}
        </Button>
        {file ? <span data-testid="result-file">{file.fileName}</span> : null}
        <input
          type="file"
          className="ek-hidden"
          tabIndex={-1}
          aria-hidden
          accept=".xlsx,.xls,.csv"
          onChange={(e) => {
            const chosen = e.target.files?.[0];
            if (chosen) void take(() => platform.stageFile(chosen));
            e.target.value = "";
          }}
          data-testid="result-input"
        />
      </div>
      <Lines lines={lines} />
      {report ? (
        <>
          <div className="ek-sums" data-testid="result-figures">
            <span>{tBatches.readRows(count(report.rows))}</span>
            <span className="ek-ok">{tBatches.readMade(count(report.made))}</span>
            <span className={report.failed > 0 ? "ek-warn" : "ek-faint"}>{tBatches.readFailed(count(report.failed))}</span>
            <span className="ek-faint">{tBatches.readUnchanged(count(report.unchanged))}</span>
            <span className={report.errors > 0 ? "ek-bad" : "ek-faint"}>{tBatches.readErrors(count(report.errors))}</span>
          </div>
          {fresh === 0 && report.errors === 0 ? <p data-testid="result-nothing">{tBatches.nothing}</p> : null}
          {report.problems.length > 0 ? (
            <DataTable
              label={tBatches.problems}
              testId="result-problems"
              columns={COLUMNS}
              rows={report.problems}
              rowKey={(p) => `${place(p)} ${p.code} ${p.message}`}
              empty={null}
            />
          ) : null}
        </>
      ) : null}
    </Modal>
  );
}
