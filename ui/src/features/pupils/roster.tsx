// The roster of one class, for paper: what is shown is what is printed.
import { ArrowLeftOutlined, PrinterOutlined } from "@ant-design/icons";
import { Button } from "antd";
import { ClassFilter } from "../../shared/components/class-filter";
import { Page } from "../../shared/components/page";
import { SchoolPicker } from "../../shared/components/school-picker";
import { EmptyState, QueryView } from "../../shared/components/states";
import { day } from "../../shared/formatting";
import { useAll } from "../../shared/query";
import { go, href, useParams } from "../../shared/router";
import { useScope } from "../../shared/scope";
import { tCommon, tPupil, tPupils, tRoster } from "../../shared/texts";

export function Roster() {
  const scope = useScope();
  const [params, change] = useParams();
  const grade = params.get("grade");
  const classNumber = params.get("class");
  const { schoolId } = scope;
  const ready = schoolId !== undefined && grade !== null && classNumber !== null;
  const query = useAll("pupil.list", ready ? { schoolId, grade: Number(grade), classNumber: Number(classNumber), limit: 500 } : null);
  return (
    <Page
      title={tRoster.title}
      actions={
        <>
          <Button icon={<ArrowLeftOutlined />} onClick={() => go("/pupils")}>
            {tPupil.back}
          </Button>
          <Button type="primary" icon={<PrinterOutlined />} disabled={!query.data?.length} onClick={() => window.print()} data-testid="roster-print">
            {tRoster.print}
          </Button>
        </>
      }
      toolbar={
        <>
          <SchoolPicker testId="roster-school" width={240} />
          <ClassFilter prefix="roster" grade={grade} classNumber={classNumber} onChange={change} />
        </>
      }
    >
      {ready ? (
        <QueryView query={query}>
          {(pupils) =>
            pupils.length === 0 ? (
              <EmptyState title={tPupils.empty} hint={tPupils.emptyHint} />
            ) : (
              <section className="ek-roster" data-testid="roster">
                <h2>{tRoster.heading(pupils[0]?.schoolName ?? "", tCommon.gradeName(Number(grade)), Number(classNumber))}</h2>
                <p>{tRoster.count(pupils.length, day(Date.now()))}</p>
                <table>
                  <thead>
                    <tr>
                      {[tRoster.number, tRoster.name, tRoster.gender, tRoster.paper, tRoster.guardian, tRoster.phone, tRoster.sign].map((head) => (
                        <th key={head} scope="col">
                          {head}
                        </th>
                      ))}
                    </tr>
                  </thead>
                  <tbody>
                    {pupils.map((p, i) => (
                      <tr key={p.id}>
                        <td>{i + 1}</td>
                        <td>
                          <a href={href(`/pupils/${p.id}`)}>{p.name}</a>
                        </td>
                        <td>{p.gender ? tPupils.gender[p.gender] : ""}</td>
                        <td>{p.paperMasked}</td>
                        <td>{p.guardianName}</td>
                        <td>{p.guardianPhoneMasked}</td>
                        <td aria-label={tRoster.sign} />
                      </tr>
                    ))}
                  </tbody>
                </table>
              </section>
            )
          }
        </QueryView>
      ) : (
        <EmptyState title={tRoster.pick} hint={tRoster.pickHint} />
      )}
    </Page>
  );
}
