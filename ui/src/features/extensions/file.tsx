// A file of entries or of what terminals recorded: first checked, then written.
import { DownloadOutlined, FolderOpenOutlined } from "@ant-design/icons";
import { useQueryClient } from "@tanstack/react-query";
import { Button, Modal, Segmented } from "antd";
import { useState } from "react";
import type { ExtensionFile, ImportExtensionsResponse, Problem } from "../../api.gen";
import { platform, type StagedBlob } from "../../platform";
import { Lines, useNotify } from "../../shared/components/feedback";
import { errorLines } from "../../shared/components/states";
import { count } from "../../shared/formatting";
import { runJob } from "../../shared/jobs";
import { tCommon, tExtensions } from "../../shared/texts";

const placed = (p: Problem) => [p.row === undefined ? "" : tExtensions.row(p.row), p.column === undefined ? "" : tExtensions.column(p.column, p.heading ?? ""), p.message].join("");

export function FileModal(props: { district: string | undefined; onClose: () => void }) {
  const client = useQueryClient();
  const notify = useNotify();
  const [kind, setKind] = useState<ExtensionFile>("entries");
  const [blob, setBlob] = useState<StagedBlob | null>(null);
  const [report, setReport] = useState<ImportExtensionsResponse | null>(null);
  const [lines, setLines] = useState<string[]>([]);
  const [busy, setBusy] = useState(false);
  const place = props.district ? { district: props.district } : {};

  const run = async (work: () => Promise<void>) => {
    setBusy(true);
    setLines([]);
    try {
      await work();
    } catch (thrown) {
      setLines(errorLines(thrown));
    } finally {
      setBusy(false);
    }
  };
  const read = () =>
    run(async () => {
      const chosen = await platform.pickWorkbook();
      if (!chosen) return;
      setBlob(chosen);
      setReport(null);
      setReport(await runJob("extension.import", { blobId: chosen.blobId, fileName: chosen.fileName, kind, ...place, mode: "preview" }, tExtensions.job(chosen.fileName)));
    });
  const write = () =>
    run(async () => {
      if (!blob) return;
      const done = await runJob("extension.import", { blobId: blob.blobId, fileName: blob.fileName, kind, ...place, mode: "valid" }, tExtensions.job(blob.fileName));
      await client.invalidateQueries();
      notify.done(tExtensions.written(count(done.added)));
      props.onClose();
    });
  const template = () =>
    run(async () => {
      const staged = await runJob("extension.template", { kind, ...place }, tExtensions.template);
      const saved = await platform.saveBlob(staged.blobId, staged.fileName);
      if (saved) notify.done(tCommon.saved(saved.path));
    });

  return (
    <Modal
      open
      width={680}
      title={tExtensions.file}
      onCancel={props.onClose}
      mask={{ closable: false }}
      footer={
        <>
          <Button onClick={props.onClose} data-testid="dialog-cancel">
            {tCommon.close}
          </Button>
          <Button type="primary" disabled={!report || report.added === 0} loading={busy} onClick={() => void write()} data-testid="extension-file-write">
            {report ? tExtensions.write(count(report.added)) : tExtensions.writeNone}
          </Button>
        </>
      }
    >
      <Segmented<ExtensionFile>
        value={kind}
        onChange={(next) => {
          setKind(next);
          setReport(null);
          setBlob(null);
          setLines([]);
        }}
        options={[
          { value: "entries", label: tExtensions.kinds.entries },
          { value: "records", label: <span data-testid="extension-kind-records">{tExtensions.kinds.records}</span> },
        ]}
      />
      <p className="ek-faint ek-lines">{tExtensions.kindNote[kind]}</p>
      <div className="ek-row ek-lines">
        <Button icon={<DownloadOutlined />} onClick={() => void template()} disabled={busy} data-testid="extension-template">
          {tExtensions.template}
        </Button>
        <Button icon={<FolderOpenOutlined />} onClick={() => void read()} disabled={busy} data-testid="extension-file-choose">
          {tExtensions.choose}
        </Button>
        {blob ? <span>{blob.fileName}</span> : null}
      </div>
      <Lines lines={lines} />
      {report ? (
        <div data-testid="extension-file-report">
          <p>
            <b>{tExtensions.report(count(report.rows), count(report.added), count(report.unchanged), count(report.errors))}</b>
          </p>
          {report.problems.length > 0 ? (
            <ul className="ek-plain-list ek-scroll-list">
              {report.problems.map((p, at) => (
                <li key={`${p.row ?? ""}-${p.code}-${at}`} className={p.severity === "error" ? "ek-bad" : undefined}>
                  {placed(p)}
                </li>
              ))}
            </ul>
          ) : null}
        </div>
      ) : null}
    </Modal>
  );
}
