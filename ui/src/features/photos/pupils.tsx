// 学生照片: who has a photo and who has none, and a look through all the files.
import { SafetyCertificateOutlined } from "@ant-design/icons";
import { Button, Segmented } from "antd";
import { useState } from "react";
import type { CheckPhotosResponse } from "../../api.gen";
import { Lines, useNotify } from "../../shared/components/feedback";
import { Thumbnail } from "../../shared/components/photo";
import { EmptyState, ErrorState, LoadingState } from "../../shared/components/states";
import { runJob } from "../../shared/jobs";
import { usePages } from "../../shared/query";
import { href, useParams } from "../../shared/router";
import { tCommon, tPhotos } from "../../shared/texts";

export function PupilPhotos(props: { schoolId: string }) {
  const { schoolId } = props;
  const notify = useNotify();
  const [params, change] = useParams();
  const missing = params.get("missing") === "1";
  const [busy, setBusy] = useState(false);
  const [checked, setChecked] = useState<CheckPhotosResponse | null>(null);
  const { query, items } = usePages("photo.list", { schoolId, missing, limit: 60 });
  const check = async () => {
    setBusy(true);
    try {
      setChecked(await runJob("photo.check", { schoolId }, tPhotos.jobCheck));
    } catch (thrown) {
      notify.failed(thrown);
    } finally {
      setBusy(false);
    }
  };
  return (
    <>
      <div className="ek-row ek-photo-all">
        <Segmented
          aria-label={tPhotos.tabs.pupils}
          value={missing}
          onChange={(next) => change({ missing: next ? "1" : undefined })}
          options={[
            { value: false, label: tPhotos.allPupils },
            { value: true, label: <span data-testid="photos-only-missing">{tPhotos.onlyMissing}</span> },
          ]}
        />
        <Button icon={<SafetyCertificateOutlined />} loading={busy} onClick={() => void check()} data-testid="photos-check">
          {tPhotos.check}
        </Button>
      </div>
      {checked ? (
        <div data-testid="photos-checked">
          <Lines
            tone={checked.lost > 0 ? "warning" : "info"}
            lines={[
              tPhotos.checked(checked.pupils, checked.good, checked.missing, checked.lost, checked.poor),
              ...checked.items
                .filter((item) => item.problems.some((problem) => problem.code !== "photo.missing"))
                .slice(0, 50)
                .map((item) => `${item.pupil.name} ${tCommon.gradeClass(item.pupil.gradeName, item.pupil.classNumber)}：${item.problems.map((p) => p.message).join("")}`),
            ]}
          />
        </div>
      ) : null}
      {query.error && items.length === 0 ? (
        <ErrorState error={query.error} onRetry={() => void query.refetch()} />
      ) : query.isPending ? (
        <LoadingState />
      ) : items.length === 0 ? (
        <EmptyState title={missing ? tPhotos.noMissing : tPhotos.noPupils} hint={missing ? undefined : tPhotos.noPupilsHint} />
      ) : (
        <ul className="ek-photos" data-testid="photos-pupils">
          {items.map(({ pupil, photo, problems }) => (
            <li key={pupil.id}>
              <a href={href(`/pupils/${pupil.id}`)} data-testid={`photos-pupil-${pupil.id}`}>
                <Thumbnail photo={photo} of={pupil.name} />
                <b className="ek-cut">{pupil.name}</b>
                <span className="ek-faint">{tCommon.gradeClass(pupil.gradeName, pupil.classNumber)}</span>
              </a>
              {photo
                ? problems.map((problem) => (
                    <span key={problem.code} className="ek-warn ek-photo-said">
                      {problem.message}
                    </span>
                  ))
                : null}
            </li>
          ))}
        </ul>
      )}
      {query.hasNextPage ? (
        <div className="ek-photo-more">
          <Button loading={query.isFetchingNextPage} onClick={() => void query.fetchNextPage()}>
            {tCommon.shownMore(items.length)}
          </Button>
        </div>
      ) : null}
    </>
  );
}
