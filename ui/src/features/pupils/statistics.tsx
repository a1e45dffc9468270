// Pupils by school, grade and class: a chart, and the table behind it.
import { ArrowLeftOutlined } from "@ant-design/icons";
import { Button } from "antd";
import { Bars } from "../../shared/components/bars";
import { Page, Panel } from "../../shared/components/page";
import { SchoolPicker } from "../../shared/components/school-picker";
import { EmptyState, QueryView } from "../../shared/components/states";
import { count } from "../../shared/formatting";
import { useOp } from "../../shared/query";
import { go, href } from "../../shared/router";
import { useScope } from "../../shared/scope";
import { tCommon, tPupil, tStatistics } from "../../shared/texts";

type Row = { key: string; name: string; to: string; classes?: number; pupils: number };

export function Statistics() {
  const scope = useScope();
  const query = useOp("pupil.statistics", {
    ...(scope.district ? { district: scope.district } : {}),
    ...(scope.schoolId ? { schoolId: scope.schoolId } : {}),
  });
  return (
    <Page
      title={tStatistics.title}
      note={query.data ? tStatistics.note(count(query.data.total)) : undefined}
      actions={
        <Button icon={<ArrowLeftOutlined />} onClick={() => go("/pupils")}>
          {tPupil.back}
        </Button>
      }
      toolbar={<SchoolPicker testId="statistics-school" width={240} />}
    >
      <QueryView query={query}>
        {(data) =>
          data.schools.length === 0 ? (
            <EmptyState title={tStatistics.empty} hint={tStatistics.emptyHint} />
          ) : (
            <div className="ek-pupil" data-testid="statistics">
              <Part title={tStatistics.byGrade} head={tStatistics.grade} rows={data.grades.map((g) => ({ key: String(g.grade), name: g.gradeName, to: href("/pupils", { grade: String(g.grade) }), classes: g.classes, pupils: g.pupils }))} />
              {data.classes.length > 0 ? (
                <Part
                  title={tStatistics.byClass}
                  head={tStatistics.class}
                  rows={data.classes.map((c) => ({ key: `${c.grade}-${c.classNumber}`, name: tCommon.gradeClass(c.gradeName, c.classNumber), to: href("/pupils", { grade: String(c.grade), class: String(c.classNumber) }), pupils: c.pupils }))}
                />
              ) : null}
              {data.schools.length > 1 ? (
                <Part title={tStatistics.bySchool} head={tStatistics.school} rows={data.schools.map((s) => ({ key: s.schoolId, name: s.schoolName, to: href("/pupils/statistics", { s: s.schoolId }), classes: s.classes, pupils: s.pupils }))} />
              ) : null}
            </div>
          )
        }
      </QueryView>
    </Page>
  );
}

function Part(props: { title: string; head: string; rows: Row[] }) {
  const { rows } = props;
  const classes = rows.every((row) => row.classes !== undefined);
  return (
    <Panel title={props.title}>
      <Bars label={props.title} unit={tStatistics.unit} bars={rows.map((row) => ({ name: row.name, count: row.pupils }))} />
      <table className="ek-figures" aria-label={props.title}>
        <thead>
          <tr>
            <th scope="col">{props.head}</th>
            {classes ? <th scope="col">{tStatistics.classes}</th> : null}
            <th scope="col">{tStatistics.pupils}</th>
          </tr>
        </thead>
        <tbody>
          {rows.map((row) => (
            <tr key={row.key}>
              <td>
                <a href={row.to}>{row.name}</a>
              </td>
              {classes ? <td>{count(row.classes ?? 0)}</td> : null}
              <td>{count(row.pupils)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </Panel>
  );
}
