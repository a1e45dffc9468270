// 新生导入, the first two steps: school and template, then the file.
import { DownloadOutlined, FileExcelOutlined, FolderOpenOutlined } from "@ant-design/icons";
import { Button, Spin, Steps } from "antd";
import { useCallback, useEffect, useRef, useState } from "react";
import { useQueryClient } from "@tanstack/react-query";
import { newKey, platform, type StagedBlob } from "../../platform";
import { call } from "../../shared/call";
import { Lines, useNotify } from "../../shared/components/feedback";
import { Page, Panel } from "../../shared/components/page";
import { SchoolPicker } from "../../shared/components/school-picker";
import { EmptyState, ErrorState, errorLines, LoadingState } from "../../shared/components/states";
import { runJob } from "../../shared/jobs";
import { useOp } from "../../shared/query";
import { go } from "../../shared/router";
import { useScope } from "../../shared/scope";
import { tCommon, tImport } from "../../shared/texts";
import { Guide } from "./guide";

export function ImportSteps(props: { current: number }) {
  return <Steps className="ek-import-steps" size="small" current={props.current} items={tImport.steps.map((title) => ({ title }))} />;
}

export function ImportWizard() {
  const scope = useScope();
  const { schoolId } = scope;
  const guide = useOp("import.guide", schoolId ? { schoolId } : null, { staleTime: 0 });
  return (
    <Page title={tImport.title} toolbar={<ImportSteps current={schoolId ? 1 : 0} />}>
      <div className="ek-import">
        <div className="ek-import-main">
          <Panel title={tImport.school}>
            <div className="ek-row">
              <SchoolPicker testId="import-school" schoolOnly width={320} />
              {schoolId ? <TemplateButton schoolId={schoolId} /> : <span className="ek-faint">{tImport.chooseSchool}</span>}
            </div>
            {guide.data ? <p className="ek-faint ek-import-note">{tImport.templateHint(guide.data.schoolName)}</p> : null}
          </Panel>
          {schoolId ? <FileDrop key={schoolId} schoolId={schoolId} limit={guide.data?.rowLimit} /> : null}
        </div>
        {schoolId ? (
          guide.data ? (
            <Guide guide={guide.data} />
          ) : guide.error ? (
            <ErrorState error={guide.error} onRetry={() => void guide.refetch()} />
          ) : (
            <LoadingState />
          )
        ) : scope.loading ? (
          <LoadingState />
        ) : (
          <EmptyState title={tCommon.chooseSchool} hint={tImport.chooseSchool} />
        )}
      </div>
    </Page>
  );
}

function TemplateButton(props: { schoolId: string }) {
  const notify = useNotify();
  const [busy, setBusy] = useState(false);
  return (
    <Button
      icon={<DownloadOutlined />}
      loading={busy}
      data-testid="import-template"
      onClick={async () => {
        setBusy(true);
        try {
          const { blobId, fileName } = await call("import.template", { schoolId: props.schoolId });
          const saved = await platform.saveBlob(blobId, fileName);
          if (saved) notify.done(tCommon.saved(saved.path));
        } catch (thrown) {
          notify.failed(thrown);
        } finally {
          setBusy(false);
        }
      }}
    >
      {tImport.template}
    </Button>
  );
}

function FileDrop(props: { schoolId: string; limit: number | undefined }) {
  const client = useQueryClient();
  const [over, setOver] = useState(false);
  const [reading, setReading] = useState<string | null>(null);
  const [lines, setLines] = useState<string[]>([]);
  const busy = useRef(false);
  const alive = useRef(true);
  useEffect(() => {
    alive.current = true;
    return () => {
      alive.current = false;
    };
  }, []);
  const { schoolId } = props;

  const read = useCallback(
    async (stage: () => Promise<StagedBlob | null>) => {
      if (busy.current) return;
      busy.current = true;
      setLines([]);
      setOver(false);
      try {
        const blob = await stage();
        if (!blob) return;
        setReading(blob.fileName);
        const summary = await runJob(
          "import.preview",
          { schoolId, blobId: blob.blobId, fileName: blob.fileName, importId: newKey() },
          tImport.jobPreview(blob.fileName),
        );
        void client.invalidateQueries();
        // Whoever went to another page meanwhile finds it among the imports.
        if (alive.current) go(`/imports/${summary.id}`);
      } catch (thrown) {
        if (!(thrown instanceof Error && thrown.name === "AbortError")) setLines(errorLines(thrown));
      } finally {
        busy.current = false;
        setReading(null);
      }
    },
    [client, schoolId],
  );

  useEffect(
    () =>
      platform.onDrop((event) => {
        if (event.kind === "over") setOver(true);
        else if (event.kind === "leave") setOver(false);
        else void read(() => (event.path === undefined ? (event.file ? platform.stageFile(event.file) : Promise.resolve(null)) : platform.stagePath(event.path)));
      }),
    [read],
  );

  return (
    <>
      <div className="ek-drop" data-over={over} data-busy={reading !== null} data-testid="import-drop">
        {reading === null ? (
          <>
            <FileExcelOutlined className="ek-drop-icon" />
            <h2>{over ? tImport.dropActive : tImport.drop}</h2>
            <div className="ek-row">
              <span className="ek-faint">{tImport.dropOr}</span>
              <Button type="primary" icon={<FolderOpenOutlined />} onClick={() => void read(() => platform.pickWorkbook())} data-testid="import-pick">
                {tImport.pick}
              </Button>
            </div>
            {props.limit === undefined ? null : <p className="ek-faint">{tImport.accepts(props.limit)}</p>}
          </>
        ) : (
          <>
            <Spin />
            <h2 aria-live="polite">{tImport.reading(reading)}</h2>
          </>
        )}
        <input
          type="file"
          className="ek-hidden"
          tabIndex={-1}
          aria-label={tImport.pick}
          accept=".xlsx,.xlsm,.xls,.csv"
          data-testid="import-file"
          onChange={(e) => {
            const file = e.target.files?.[0];
            e.target.value = "";
            if (file) void read(() => platform.stageFile(file));
          }}
        />
      </div>
      {lines.length > 0 ? (
        <div data-testid="import-refused">
          <Lines lines={[tImport.refused, ...lines]} />
        </div>
      ) : null}
    </>
  );
}
