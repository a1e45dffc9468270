// The photo on a pupil's page: small for those whose work it is, in full size with an entry in the audit log.
import { DeleteOutlined, EyeOutlined, UploadOutlined, UserOutlined } from "@ant-design/icons";
import { Button, Modal } from "antd";
import { useRef, useState } from "react";
import type { PupilPage as Pupil } from "../../api.gen";
import { platform, type StagedBlob } from "../../platform";
import { call } from "../../shared/call";
import { Lines, useNotify } from "../../shared/components/feedback";
import { FormModal } from "../../shared/components/form-modal";
import { Panel } from "../../shared/components/page";
import { jpeg, PhotoFacts, Thumbnail } from "../../shared/components/photo";
import { ReasonField } from "../../shared/components/reason-field";
import { errorLines } from "../../shared/components/states";
import { useAction } from "../../shared/query";
import { tPhotos } from "../../shared/texts";

export function PupilPhoto(props: { pupil: Pupil }) {
  const { pupil: p } = props;
  const notify = useNotify();
  const replace = useAction("photo.replace");
  const remove = useAction("photo.remove");
  const restore = useAction("photo.restore");
  const input = useRef<HTMLInputElement>(null);
  const [lines, setLines] = useState<string[]>([]);
  const [removing, setRemoving] = useState(false);
  const [full, setFull] = useState<string | null>(null);

  const upload = async (stage: () => Promise<StagedBlob | null>) => {
    setLines([]);
    try {
      const blob = await stage();
      if (!blob) return;
      const done = await replace.mutateAsync({ pupilId: p.id, blobId: blob.blobId });
      const { replaced } = done;
      const text = done.problems.length > 0 ? tPhotos.uploadedWith(done.problems.map((problem) => problem.message)) : tPhotos.uploaded;
      notify.done(text, replaced === undefined ? undefined : () => void restore.mutateAsync({ id: replaced }).catch(notify.failed));
    } catch (thrown) {
      setLines(errorLines(thrown));
    }
  };
  const look = async (id: string) => {
    try {
      setFull((await call("photo.show", { id })).jpeg);
    } catch (thrown) {
      notify.failed(thrown);
    }
  };

  const { photo } = p;
  return (
    <Panel title={tPhotos.title}>
      <div className="ek-pupil-photo" data-testid="pupil-photo" data-has={photo !== undefined}>
        {photo && !p.mayChangePhoto ? (
          <span className="ek-thumb ek-thumb-none" data-tip={tPhotos.hiddenNote}>
            <UserOutlined aria-hidden="true" />
            <span>{tPhotos.hidden}</span>
          </span>
        ) : (
          <Thumbnail photo={photo} of={p.name} />
        )}
        <div className="ek-pupil-photo-side">
          {photo ? <PhotoFacts photo={photo} /> : null}
          {p.mayChangePhoto ? (
            <>
              <Button
                icon={<UploadOutlined />}
                loading={replace.isPending}
                onClick={() => (platform.kind === "window" ? void upload(() => platform.pickPhoto()) : input.current?.click())}
                data-testid="pupil-photo-upload"
              >
                {photo ? tPhotos.replace : tPhotos.upload}
              </Button>
              {photo ? (
                <>
                  <Button icon={<EyeOutlined />} onClick={() => void look(photo.id)} data-tip={tPhotos.viewNote} data-testid="pupil-photo-view">
                    {tPhotos.view}
                  </Button>
                  <Button icon={<DeleteOutlined />} onClick={() => setRemoving(true)} data-testid="pupil-photo-remove">
                    {tPhotos.remove}
                  </Button>
                </>
              ) : null}
            </>
          ) : photo ? (
            <p className="ek-faint">{tPhotos.hiddenNote}</p>
          ) : null}
        </div>
        <input
          ref={input}
          type="file"
          className="ek-hidden"
          tabIndex={-1}
          aria-label={tPhotos.upload}
          accept=".jpg,.jpeg,.png"
          data-testid="pupil-photo-file"
          onChange={(e) => {
            const file = e.target.files?.[0];
            e.target.value = "";
            if (file) void upload(() => platform.stageFile(file));
          }}
        />
      </div>
      {lines.length > 0 ? (
        <div data-testid="pupil-photo-refused">
          <Lines lines={lines} />
        </div>
      ) : null}
      <Modal open={full !== null} onCancel={() => setFull(null)} footer={null} title={tPhotos.of(p.name)} width={460} destroyOnHidden>
        {full ? <img className="ek-photo-full" src={jpeg(full)} alt={tPhotos.of(p.name)} data-testid="pupil-photo-full" /> : null}
      </Modal>
      {removing ? (
        <FormModal<{ reason: string }>
          title={tPhotos.removeTitle}
          note={tPhotos.removeHint}
          initial={{}}
          fields={{ reason: tPhotos.reason }}
          submitText={tPhotos.remove}
          submitTestId="pupil-photo-remove-submit"
          danger
          onClose={() => setRemoving(false)}
          onSubmit={async ({ reason }) => {
            const { id } = await remove.mutateAsync({ pupilId: p.id, reason });
            notify.done(tPhotos.removed, () => void restore.mutateAsync({ id }).catch(notify.failed));
          }}
        >
          {(form) => <ReasonField form={form} label={tPhotos.reason} reasons={tPhotos.reasons} testId="pupil-photo-reason" />}
        </FormModal>
      ) : null}
    </Panel>
  );
}
