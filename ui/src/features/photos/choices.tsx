// Photos that compete for one pupil, side by side: the present one and what the folder brings.
import { Button, Radio } from "antd";
import { useMemo } from "react";
import type { PhotoItem, PhotoPupilView, PhotoView } from "../../api.gen";
import { PhotoFacts, Thumbnail } from "../../shared/components/photo";
import { tCommon, tPhotos } from "../../shared/texts";

export type Chosen = {
  /** Number of the file that the pupil gets. */
  of: (pupil: string) => number | undefined;
  choose: (pairs: readonly (readonly [string, number | undefined])[]) => void;
};

type Rivals = { pupil: PhotoPupilView; current: PhotoView | undefined; items: PhotoItem[] };

function byPupil(items: readonly PhotoItem[]): Rivals[] {
  const found = new Map<string, Rivals>();
  for (const item of items) {
    if (!item.pupil) continue;
    const rivals = found.get(item.pupil.id) ?? { pupil: item.pupil, current: item.current, items: [] };
    rivals.items.push(item);
    found.set(item.pupil.id, rivals);
  }
  return [...found.values()];
}

export function Choices(props: { items: readonly PhotoItem[]; chosen: Chosen; open: boolean; replacing: boolean }) {
  const { chosen, open } = props;
  const all = useMemo(() => byPupil(props.items), [props.items]);
  return (
    <>
      {open && props.replacing ? (
        <div className="ek-row ek-photo-all">
          <Button onClick={() => chosen.choose(all.map((r) => [r.pupil.id, r.items[0]?.number] as const))} data-testid="photos-use-all">
            {tPhotos.takeAllNew}
          </Button>
          <Button onClick={() => chosen.choose(all.map((r) => [r.pupil.id, undefined] as const))} data-testid="photos-keep-all">
            {tPhotos.keepAll}
          </Button>
        </div>
      ) : null}
      <ul className="ek-rivals">
        {all.map(({ pupil, current, items }) => (
          <li key={pupil.id} className="ek-panel" data-testid={`photos-rivals-${pupil.id}`}>
            <h3>
              {pupil.name} <span className="ek-faint">{tCommon.gradeClass(pupil.gradeName, pupil.classNumber)}</span>
            </h3>
            <Radio.Group
              className="ek-rival-row"
              aria-label={tPhotos.of(pupil.name)}
              disabled={!open}
              value={chosen.of(pupil.id) ?? 0}
              onChange={(e) => chosen.choose([[pupil.id, e.target.value === 0 ? undefined : (e.target.value as number)]])}
            >
              <div className="ek-rival">
                {current ? (
                  <>
                    <span className="ek-faint">{tPhotos.current}</span>
                    <Thumbnail photo={current} of={pupil.name} />
                    <PhotoFacts photo={current} />
                  </>
                ) : null}
                <Radio value={0} data-testid={`photos-keep-${pupil.id}`}>
                  {current ? tPhotos.keep : tPhotos.takeNone}
                </Radio>
              </div>
              {items.map((item) => (
                <div className="ek-rival" key={item.number}>
                  <span className="ek-faint ek-cut" data-tip={item.path}>
                    {props.replacing ? tPhotos.incoming : item.path}
                  </span>
                  <Thumbnail photo={item.photo} of={pupil.name} />
                  {item.photo ? <PhotoFacts photo={item.photo} /> : null}
                  <Radio value={item.number} data-testid={`photos-use-${item.number}`}>
                    {props.replacing ? tPhotos.takeNew : tPhotos.takeThis}
                  </Radio>
                </div>
              ))}
            </Radio.Group>
          </li>
        ))}
      </ul>
    </>
  );
}
