// 回收站: photos that gave way or were removed; each can come back until its day.
import { RollbackOutlined } from "@ant-design/icons";
import { Button } from "antd";
import { useNotify } from "../../shared/components/feedback";
import { Thumbnail } from "../../shared/components/photo";
import { EmptyState, ErrorState, LoadingState } from "../../shared/components/states";
import { day } from "../../shared/formatting";
import { useAction, usePages } from "../../shared/query";
import { tCommon, tPhotos } from "../../shared/texts";

export function Bin(props: { schoolId: string }) {
  const notify = useNotify();
  const restore = useAction("photo.restore");
  const { query, items } = usePages("photo.recycled", { schoolId: props.schoolId, limit: 60 });
  if (query.error && items.length === 0) return <ErrorState error={query.error} onRetry={() => void query.refetch()} />;
  if (query.isPending) return <LoadingState />;
  if (items.length === 0) return <EmptyState title={tPhotos.binEmpty} hint={tPhotos.binEmptyHint} />;
  return (
    <>
      <ul className="ek-photos" data-testid="photos-bin">
        {items.map((item) => (
          <li key={item.photo.id}>
            <Thumbnail photo={item.photo} of={item.pupil.name} />
            <b className="ek-cut">{item.pupil.name}</b>
            <span className="ek-faint">{tCommon.gradeClass(item.pupil.gradeName, item.pupil.classNumber)}</span>
            <span className="ek-faint ek-photo-said">{tPhotos.binReason(item.reason)}</span>
            <span className="ek-faint ek-photo-said">{tPhotos.binBy(item.by)}</span>
            <span className="ek-faint ek-photo-said">{tPhotos.binAt(day(item.recycledAt))}</span>
            <span className="ek-faint ek-photo-said">{tPhotos.binUntil(day(item.purgedAt))}</span>
            <Button
              size="small"
              icon={<RollbackOutlined />}
              loading={restore.isPending && restore.variables.id === item.photo.id}
              onClick={async () => {
                try {
                  await restore.mutateAsync({ id: item.photo.id });
                  notify.done(tPhotos.restored);
                } catch (thrown) {
                  notify.failed(thrown);
                }
              }}
              data-testid={`photos-restore-${item.photo.id}`}
            >
              {tPhotos.restore}
            </Button>
          </li>
        ))}
      </ul>
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
