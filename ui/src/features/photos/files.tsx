// Files that will not become photos: which, whose, why, and what to do.
import type { PhotoItem } from "../../api.gen";
import { tCommon, tPhotos } from "../../shared/texts";

export function Files(props: { items: readonly PhotoItem[] }) {
  return (
    <table className="ek-figures ek-photo-files" data-testid="photos-files">
      <thead>
        <tr>
          <th scope="col">{tPhotos.file}</th>
          <th scope="col">{tPhotos.pupil}</th>
          <th scope="col">{tPhotos.why}</th>
        </tr>
      </thead>
      <tbody>
        {props.items.map((item) => (
          <tr key={item.number}>
            <td className="ek-photo-path">{item.path}</td>
            <td>{item.pupil ? `${item.pupil.name} ${tCommon.gradeClass(item.pupil.gradeName, item.pupil.classNumber)}` : tCommon.none}</td>
            <td>
              {item.problems.map((problem) => (
                <div key={problem.code}>{problem.message}</div>
              ))}
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}
