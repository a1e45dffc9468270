// Children on record that may be the same: shown beside the form, decided by the district.
import { Alert, Descriptions } from "antd";
import type { NearMatch } from "../../api.gen";
import { moment } from "../../shared/formatting";
import { tEntry } from "../../shared/texts";

export function Near(props: { near: readonly NearMatch[] }) {
  const t = tEntry.nearRows;
  return (
    <section aria-label={tEntry.near} data-testid="entry-near">
      <Alert type="warning" showIcon title={tEntry.nearHint} />
      {props.near.map((n, i) => {
        const rows: [string, string | undefined][] = [
          [t.paper, `${n.paperKindName} ${n.paper}`],
          [t.gender, n.gender && tEntry.genders[n.gender]],
          [t.birthYear, n.birthYear === undefined ? undefined : tEntry.birthYear(n.birthYear)],
          [t.guardian, [n.guardianName, n.guardianPhone].filter(Boolean).join(" ")],
          [t.school, n.schoolName ? `${n.schoolName} ${n.className ?? ""}` : tEntry.nearElsewhere],
          [t.state, n.applicationStateName],
          [t.firstSavedAt, n.firstSavedAt === undefined ? undefined : moment(n.firstSavedAt)],
        ];
        return (
          <Descriptions
            key={n.pupilId ?? i}
            className="ek-entry-near"
            column={1}
            size="small"
            bordered
            title={n.name}
            items={rows.flatMap(([label, value]) => (value ? [{ key: label, label, children: value }] : []))}
          />
        );
      })}
    </section>
  );
}
