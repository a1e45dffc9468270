// The photo of a new pupil: chosen or dropped, looked at at once, kept when the record is.
import { CloseOutlined, UploadOutlined } from "@ant-design/icons";
import { Button } from "antd";
import { use, useCallback, useRef, useState } from "react";
import type { ExaminePhotoResponse, PhotoView } from "../../api.gen";
import { CallError, platform, type DropEvent, type StagedBlob } from "../../platform";
import { call } from "../../shared/call";
import { Lines } from "../../shared/components/feedback";
import { Panel } from "../../shared/components/page";
import { PhotoFacts, Thumbnail } from "../../shared/components/photo";
import { useTaking, type Taking } from "../../shared/taking";
import { tEntry } from "../../shared/texts";
import { ShownContext } from "./fields";

type Looked = Pick<ExaminePhotoResponse, "thumbnail" | "width" | "height" | "size">;
/** A photo that will be the pupil's with the next save. */
export type ChosenPhoto = ExaminePhotoResponse & { blobId: string };
export type EntryPhoto = {
  chosen: ChosenPhoto | null;
  /** The one that the record has. */
  stored: Looked | PhotoView | undefined;
  taking: Taking<StagedBlob>;
  leave: () => void;
  /** The chosen one is the pupil's now. */
  kept: () => void;
  /** For another pupil. */
  reset: () => void;
};

const dropped = (event: Extract<DropEvent, { kind: "drop" }>): Promise<StagedBlob | null> => {
  if ((event.paths ?? event.files ?? []).length > 1) {
    return Promise.reject(new CallError([{ code: "selection.empty", severity: "error", message: tEntry.photo.one }]));
  }
  if (event.path !== undefined) return platform.stagePath(event.path);
  return event.file ? platform.stageFile(event.file) : Promise.resolve(null);
};

export function useEntryPhoto(schoolId: string, pupilId: string | undefined, opened: PhotoView | undefined, onChange: () => void): EntryPhoto {
  const [chosen, setChosen] = useState<ChosenPhoto | null>(null);
  const [stored, setStored] = useState<Looked | PhotoView | undefined>(opened);
  const take = useCallback(
    async ({ blobId }: StagedBlob, open: () => boolean) => {
      const looked = await call("photo.examine", { schoolId, blobId, ...(pupilId ? { pupilId } : {}) });
      if (!open()) return;
      setChosen({ ...looked, blobId });
      onChange();
    },
    [schoolId, pupilId, onChange],
  );
  const taking = useTaking(take, dropped);
  return {
    chosen,
    stored,
    taking,
    leave: () => {
      setChosen(null);
      onChange();
    },
    kept: () => {
      if (chosen) setStored(chosen);
      setChosen(null);
    },
    reset: () => {
      setChosen(null);
      setStored(undefined);
    },
  };
}

export function PhotoField(props: { photo: EntryPhoto; name: string }) {
  const { chosen, stored, taking, leave } = props.photo;
  const problems = use(ShownContext).problems.get("photo") ?? [];
  const input = useRef<HTMLInputElement>(null);
  const shown = chosen ?? stored;
  return (
    <Panel
      title={
        <>
          {tEntry.photo.title}
          <span className="ek-faint">&nbsp;{tEntry.optional}</span>
        </>
      }
    >
      <div data-field="photo" data-testid="entry-photo" data-state={chosen ? "chosen" : stored ? "stored" : "none"}>
        <div className="ek-entry-photo" data-over={taking.over}>
          <Thumbnail photo={shown} of={props.name || tEntry.pupil} />
          <div className="ek-pupil-photo-side">
            <Button
              icon={<UploadOutlined />}
              loading={taking.busy}
              onClick={() => (platform.kind === "window" ? void taking.read(() => platform.pickPhoto()) : input.current?.click())}
              data-testid="entry-photo-choose"
            >
              {shown ? tEntry.photo.another : tEntry.photo.choose}
            </Button>
            {chosen ? (
              <Button icon={<CloseOutlined />} onClick={leave} data-testid="entry-photo-leave">
                {tEntry.photo.leave}
              </Button>
            ) : null}
            {shown ? <PhotoFacts photo={shown} /> : null}
            <span className="ek-faint">{taking.over ? tEntry.photo.release : chosen ? tEntry.photo.with : tEntry.photo.drop}</span>
          </div>
        </div>
        {problems.map((p) => (
          <p key={`${p.code} ${p.message}`} className={p.severity === "error" ? "ek-bad" : p.severity === "warning" ? "ek-warn" : "ek-faint"} data-testid="entry-photo-problem">
            {p.message}
          </p>
        ))}
        {taking.lines.length > 0 ? (
          <div data-testid="entry-photo-refused">
            <Lines lines={[tEntry.photo.refused, ...taking.lines]} />
          </div>
        ) : null}
        {!shown && taking.lines.length === 0 ? <p className="ek-faint">{tEntry.photo.rules}</p> : null}
        <input
          ref={input}
          type="file"
          className="ek-hidden"
          tabIndex={-1}
          aria-label={tEntry.photo.choose}
          accept=".jpg,.jpeg,.png"
          data-testid="entry-photo-file"
          onChange={(e) => {
            const file = e.target.files?.[0];
            e.target.value = "";
            if (file) void taking.read(() => platform.stageFile(file));
          }}
        />
      </div>
    </Panel>
  );
}
