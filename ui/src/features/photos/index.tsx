// 照片: a folder or zip to be checked, the pupils with their photos, the recycle folder.
import { FileZipOutlined, FolderOpenOutlined, PictureOutlined } from "@ant-design/icons";
import { Button, Segmented, Spin } from "antd";
import { useCallback } from "react";
import { platform, type StagedPhotos } from "../../platform";
import { Lines } from "../../shared/components/feedback";
import { Page, Panel } from "../../shared/components/page";
import { SchoolPicker } from "../../shared/components/school-picker";
import { EmptyState } from "../../shared/components/states";
import { runJob } from "../../shared/jobs";
import { go, useParams } from "../../shared/router";
import { useScope } from "../../shared/scope";
import { useTaking } from "../../shared/taking";
import { tCommon, tPhotos } from "../../shared/texts";
import { Bin } from "./bin";
import { PupilPhotos } from "./pupils";

const TABS = ["import", "pupils", "bin"] as const;

export function Photos() {
  const scope = useScope();
  const [params, change] = useParams();
  const tab = TABS.find((each) => each === params.get("tab")) ?? "import";
  const { schoolId } = scope;
  return (
    <Page
      title={tPhotos.title}
      note={tPhotos.note}
      toolbar={
        <>
          <SchoolPicker testId="photos-school" schoolOnly width={280} />
          <Segmented
            aria-label={tPhotos.title}
            value={tab}
            onChange={(next) => change({ tab: next === "import" ? undefined : next, missing: undefined })}
            options={TABS.map((value) => ({ value, label: <span data-testid={`photos-tab-${value}`}>{tPhotos.tabs[value]}</span> }))}
          />
        </>
      }
    >
      {!schoolId ? (
        <EmptyState title={tCommon.chooseSchool} hint={tPhotos.chooseSchool} />
      ) : tab === "import" ? (
        <Drop key={schoolId} schoolId={schoolId} />
      ) : tab === "pupils" ? (
        <PupilPhotos key={schoolId} schoolId={schoolId} />
      ) : (
        <Bin key={schoolId} schoolId={schoolId} />
      )}
    </Page>
  );
}

const dropped = (event: { paths?: string[]; files?: File[] }): Promise<StagedPhotos | null> => {
  if (event.paths) return platform.stagePhotoPaths(event.paths);
  return event.files ? platform.stagePhotoFiles(event.files) : Promise.resolve(null);
};

function Drop(props: { schoolId: string }) {
  const { schoolId } = props;
  const take = useCallback(
    async (staged: StagedPhotos, open: () => boolean) => {
      const batch = await runJob("photo.preview", { schoolId, ...staged }, tPhotos.jobPreview);
      if (open()) go(`/photos/${batch.id}`);
    },
    [schoolId],
  );
  const { over, busy: reading, lines, read } = useTaking(take, dropped);

  return (
    <div className="ek-import">
      <div className="ek-import-main">
        <div className="ek-drop" data-over={over} data-busy={reading} data-testid="photos-drop">
          {reading ? (
            <>
              <Spin />
              <h2 aria-live="polite">{tPhotos.reading}</h2>
            </>
          ) : (
            <>
              <PictureOutlined className="ek-drop-icon" />
              <h2>{over ? tPhotos.dropActive : tPhotos.drop}</h2>
              <div className="ek-row">
                <span className="ek-faint">{tPhotos.dropOr}</span>
                <Button type="primary" icon={<FolderOpenOutlined />} onClick={() => void read(() => platform.pickPhotos(true))} data-testid="photos-pick-folder">
                  {tPhotos.pickFolder}
                </Button>
                <Button icon={<FileZipOutlined />} onClick={() => void read(() => platform.pickPhotos(false))} data-testid="photos-pick-files">
                  {tPhotos.pickFiles}
                </Button>
              </div>
              <p className="ek-faint">{tPhotos.accepts}</p>
            </>
          )}
          <input
            type="file"
            multiple
            className="ek-hidden"
            tabIndex={-1}
            aria-label={tPhotos.pickFiles}
            accept=".zip,.jpg,.jpeg,.png"
            data-testid="photos-file"
            onChange={(e) => {
              const files = [...(e.target.files ?? [])];
              e.target.value = "";
              if (files.length > 0) void read(() => platform.stagePhotoFiles(files));
            }}
          />
        </div>
        {lines.length > 0 ? (
          <div data-testid="photos-refused">
            <Lines lines={[tPhotos.refused, ...lines]} />
          </div>
        ) : null}
      </div>
      <Panel title={tPhotos.rules}>
        <ul className="ek-guide-rules">
          {tPhotos.ruleLines.map((line) => (
            <li key={line}>{line}</li>
          ))}
        </ul>
      </Panel>
    </div>
  );
}
