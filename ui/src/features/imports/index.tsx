// 新生导入, 注册报到 and 批量建班, the first two steps: school and template, then the file.
import { DownloadOutlined, FileExcelOutlined, FolderOpenOutlined } from "@ant-design/icons";
import { Button, Segmented, Spin } from "antd";
import { useState } from "react";
import type { ImportOf } from "../../api.gen";
import { platform } from "../../platform";
import { call } from "../../shared/call";
import { Lines, useNotify } from "../../shared/components/feedback";
import { Page, Panel } from "../../shared/components/page";
import { SchoolPicker } from "../../shared/components/school-picker";
import { EmptyState, ErrorState, LoadingState } from "../../shared/components/states";
import { useOp } from "../../shared/query";
import { useParams } from "../../shared/router";
import { useScope } from "../../shared/scope";
import { useSession } from "../../shared/session";
import { tCommon, tImport } from "../../shared/texts";
import { Guide } from "./guide";
import { useReading } from "./read";
import { ImportSteps } from "./steps";

const KINDS = ["new_pupils", "registrations", "classes"] as const satisfies readonly ImportOf[];
const hint: Record<ImportOf, (school: string) => string> = {
  new_pupils: tImport.templateHint,
  registrations: tImport.templateHintRegistrations,
  classes: () => tImport.templateHintClasses,
};

export function ImportWizard() {
  const scope = useScope();
  const { can } = useSession();
  const [params, change] = useParams();
  const { schoolId } = scope;
  const asked = params.get("kind");
  const kind: ImportOf = asked === "registrations" || (asked === "classes" && can("manage_classes")) ? asked : "new_pupils";
  const guide = useOp("import.guide", schoolId ? { schoolId, kind } : null, { staleTime: 0 });
  return (
    <Page title={tImport.titles[kind]} toolbar={<ImportSteps current={schoolId ? 1 : 0} />}>
      <div className="ek-import">
        <div className="ek-import-main">
          <Panel title={tImport.school}>
            <div className="ek-row">
              <SchoolPicker testId="import-school" schoolOnly width={320} />
              {schoolId ? null : <span className="ek-faint">{tImport.chooseSchool}</span>}
            </div>
          </Panel>
          <Panel title={tImport.what}>
            <div className="ek-row">
              <Segmented
                aria-label={tImport.what}
                value={kind}
                onChange={(v) => change({ kind: v === "new_pupils" ? undefined : v })}
                options={KINDS.filter((k) => k !== "classes" || can("manage_classes")).map((k) => ({ value: k, label: tImport.kinds[k] }))}
                data-testid="import-kind"
              />
              {schoolId ? <TemplateButton schoolId={schoolId} kind={kind} /> : null}
            </div>
            {schoolId && guide.data ? <p className="ek-faint ek-import-note">{hint[kind](guide.data.schoolName)}</p> : null}
          </Panel>
          {schoolId ? <FileDrop key={`${schoolId}-${kind}`} schoolId={schoolId} kind={kind} limit={guide.data?.rowLimit} /> : null}
        </div>
        {schoolId ? (
          guide.data ? (
            <Guide guide={guide.data} kind={kind} />
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

function TemplateButton(props: { schoolId: string; kind: ImportOf }) {
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
          const { blobId, fileName } = await call("import.template", { schoolId: props.schoolId, kind: props.kind });
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

function FileDrop(props: { schoolId: string; kind: ImportOf; limit: number | undefined }) {
  const { over, reading, lines, read } = useReading(props.schoolId, props.kind);
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
