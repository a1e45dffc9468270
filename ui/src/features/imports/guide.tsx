// How to fill in the workbook: the same notes as in the template.
import { Button } from "antd";
import { useMemo } from "react";
import type { ImportGuide, ImportOf } from "../../api.gen";
import { Panel } from "../../shared/components/page";
import { columnLetter } from "../../shared/formatting";
import { go } from "../../shared/router";
import { useSession } from "../../shared/session";
import { tImport } from "../../shared/texts";

export function Guide(props: { guide: ImportGuide; kind: ImportOf }) {
  const { guide } = props;
  const { can } = useSession();
  const grades = useMemo(() => {
    const map = new Map<number, ImportGuide["classes"]>();
    for (const c of guide.classes) map.set(c.grade, [...(map.get(c.grade) ?? []), c]);
    return [...map.values()];
  }, [guide.classes]);
  return (
    <div className="ek-guide">
      {props.kind === "classes" ? null : (
      <Panel title={tImport.classes} extra={<span className="ek-faint">{tImport.classesCount(guide.classes.length)}</span>}>
        {grades.length === 0 ? (
          <div>
            <p className="ek-warn">{tImport.classesNone}</p>
            <div className="ek-row ek-guide-go">
              <Button onClick={() => go("/organisation/classes")}>{tImport.toClasses}</Button>
              {can("manage_classes") ? <Button onClick={() => go("/imports/new", { kind: "classes" })}>{tImport.kinds.classes}</Button> : null}
            </div>
          </div>
        ) : (
          // The list scrolls, so it has to be reachable by keyboard.
          // oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex
          <div className="ek-guide-classes" role="region" aria-label={tImport.classes} tabIndex={0} data-testid="import-classes">
            {grades.map((list) => (
              <div key={list[0]?.grade}>
                <h3>{list[0]?.gradeName}</h3>
                <ul>
                  {list.map((c) => (
                    <li key={c.number} data-tip={c.nickname ? `${c.line}\n${c.nickname}` : undefined}>
                      {c.line}
                    </li>
                  ))}
                </ul>
              </div>
            ))}
          </div>
        )}
      </Panel>
      )}
      <Panel title={tImport.columns}>
        <table className="ek-guide-columns">
          <tbody>
            {guide.columns.map((c, i) => (
              <tr key={c.key}>
                <td className="ek-faint">{columnLetter(i)}</td>
                <th scope="row">
                  {c.heading}
                  {c.required ? <em>{tImport.requiredMark}</em> : null}
                </th>
                <td>{c.note}</td>
              </tr>
            ))}
          </tbody>
        </table>
        {guide.rules.length > 0 ? (
          <ul className="ek-guide-rules">
            {guide.rules.map((r) => (
              <li key={r}>{r}</li>
            ))}
          </ul>
        ) : null}
      </Panel>
    </div>
  );
}
