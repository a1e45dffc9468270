// Photos of pupils who have none yet, as a wall of small pictures: a wrong one is seen at a glance.
import { Checkbox } from "antd";
import type { PhotoItem } from "../../api.gen";
import { Thumbnail } from "../../shared/components/photo";
import { tCommon, tPhotos } from "../../shared/texts";

export function NewPhotos(props: { items: readonly PhotoItem[]; open: boolean; leave: ReadonlySet<number>; onLeave: (next: ReadonlySet<number>) => void }) {
  const toggle = (number: number, wanted: boolean) => {
    const next = new Set(props.leave);
    if (wanted) next.delete(number);
    else next.add(number);
    props.onLeave(next);
  };
  return (
    <ul className="ek-photos" data-testid="photos-wall">
      {props.items.map((item) => {
        const name = item.pupil?.name ?? "";
        return (
          <li key={item.number} data-out={props.leave.has(item.number)}>
            <Thumbnail photo={item.photo} of={name} />
            <b className="ek-cut">{name}</b>
            <span className="ek-faint">{item.pupil ? tCommon.gradeClass(item.pupil.gradeName, item.pupil.classNumber) : ""}</span>
            {item.problems.map((problem) => (
              <span key={problem.code} className={problem.severity === "warning" ? "ek-warn ek-photo-said" : "ek-faint ek-photo-said"}>
                {problem.message}
              </span>
            ))}
            {props.open ? (
              <Checkbox checked={!props.leave.has(item.number)} onChange={(e) => toggle(item.number, e.target.checked)} data-testid={`photos-take-${item.number}`}>
                {tPhotos.willImport}
              </Checkbox>
            ) : null}
          </li>
        );
      })}
    </ul>
  );
}
