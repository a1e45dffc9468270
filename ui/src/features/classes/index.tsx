// 班级管理: a 1–99 board for each grade, and the same as a list.
import { ImportOutlined } from "@ant-design/icons";
import { Button, Segmented, Select } from "antd";
import type { ReactNode } from "react";
import type { ClassView } from "../../api.gen";
import { DataTable } from "../../shared/components/data-table";
import { Page } from "../../shared/components/page";
import { SchoolPicker } from "../../shared/components/school-picker";
import { EmptyState, QueryView } from "../../shared/components/states";
import { Tag } from "../../shared/components/tags";
import { count } from "../../shared/formatting";
import { useOp } from "../../shared/query";
import { go, useParams } from "../../shared/router";
import { useScope } from "../../shared/scope";
import { useSession } from "../../shared/session";
import { tClasses, tCommon } from "../../shared/texts";
import { Board } from "./board";

function nextYear(year: string): string {
  const start = Number(year.slice(0, 4)) + 1;
  return `${start}-${start + 1}`;
}

export function Classes(props: { title: string; tabs: ReactNode }) {
  const scope = useScope();
  const { can } = useSession();
  const [params, change] = useParams();
  const { schoolId, school } = scope;
  const grades = useOp("grade.list", schoolId ? { schoolId } : null);
  const yearChoice = params.get("year") ?? undefined;
  const classes = useOp("class.list", schoolId ? { schoolId, ...(yearChoice ? { schoolYear: yearChoice } : {}) } : null, { keep: true });
  const list = grades.data?.items ?? [];
  const grade = list.find((g) => String(g.number) === params.get("grade")) ?? list[0];
  const view = params.get("view") === "list" ? "list" : "board";
  const current = school?.schoolYear;

  return (
    <Page
      title={props.title}
      tabs={props.tabs}
      actions={
        schoolId && can("manage_classes") && can("enter_pupils") ? (
          <Button icon={<ImportOutlined />} onClick={() => go("/imports/new", { kind: "classes" })} data-testid="class-import">
            {tClasses.import}
          </Button>
        ) : null
      }
      fill
      toolbar={
        <>
          <SchoolPicker testId="class-school" schoolOnly width={300} />
          {schoolId && current ? (
            <Select
              aria-label={tClasses.year}
              data-testid="class-year"
              style={{ width: "15em" }}
              value={yearChoice ?? current}
              onChange={(y) => change({ year: y === current ? undefined : y })}
              options={[
                { value: current, label: tClasses.yearNow(current) },
                { value: nextYear(current), label: tClasses.yearNext(nextYear(current)) },
              ]}
            />
          ) : null}
          <span className="ek-grow" />
          {schoolId ? (
            <Segmented
              value={view}
              onChange={(v) => change({ view: v === "list" ? "list" : undefined })}
              data-testid="class-view"
              options={[
                { value: "board", label: tClasses.board },
                { value: "list", label: tClasses.list },
              ]}
            />
          ) : null}
        </>
      }
    >
      {!schoolId ? (
        <EmptyState title={tClasses.chooseTitle} hint={tClasses.chooseHint}>
          <SchoolPicker testId="class-school-empty" schoolOnly width={320} />
        </EmptyState>
      ) : (
        <QueryView query={grades}>
          {() =>
            !grade ? (
              <EmptyState title={tClasses.noGradesTitle} hint={tClasses.noGradesHint}>
                {can("manage_schools") ? (
                  <Button type="primary" onClick={() => go("/organisation/ladder")}>
                    {tClasses.toLadder}
                  </Button>
                ) : null}
              </EmptyState>
            ) : (
              <QueryView query={classes}>
                {(data) => (
                  <>
                    <div className="ek-grades" role="tablist">
                      {list.map((g) => {
                        const n = data.items.filter((c) => c.grade === g.number).length;
                        return (
                          <button
                            key={g.id}
                            type="button"
                            role="tab"
                            aria-selected={g.id === grade.id}
                            onClick={() => change({ grade: String(g.number) })}
                            data-testid={`class-grade-${g.number}`}
                          >
                            {g.name} <span>{tClasses.gradeCount(n)}</span>
                          </button>
                        );
                      })}
                    </div>
                    {view === "board" ? (
                      <Board
                        key={`${grade.id}-${data.schoolYear}`}
                        grade={grade}
                        schoolYear={data.schoolYear}
                        classes={data.items.filter((c) => c.gradeId === grade.id)}
                        editable={can("manage_classes")}
                      />
                    ) : (
                      <List classes={data.items.filter((c) => c.gradeId === grade.id)} onBoard={(n) => change({ view: undefined, n: String(n) })} />
                    )}
                  </>
                )}
              </QueryView>
            )
          }
        </QueryView>
      )}
    </Page>
  );
}

function List(props: { classes: ClassView[]; onBoard: (n: number) => void }) {
  return (
    <DataTable
      label={tClasses.list}
      testId="classes"
      rows={props.classes}
      rowKey={(c) => c.id}
      rowTestId={(c) => `class-row-${c.number}`}
      onOpen={(c) => props.onBoard(c.number)}
      empty={<EmptyState title={tClasses.emptyTitle} hint={tClasses.emptyHint} />}
      foot={tCommon.shown(props.classes.length)}
      columns={[
        { key: "n", title: tClasses.number, width: 110, render: (c) => c.number },
        { key: "nick", title: tClasses.nickname, min: 160, render: (c) => c.nickname ?? tCommon.none },
        { key: "remark", title: tClasses.remark, min: 160, render: (c) => c.remark ?? tCommon.none },
        { key: "pupils", title: tClasses.pupils, width: 110, align: "right", render: (c) => count(c.pupils) },
        { key: "state", title: tClasses.state, width: 110, render: (c) => <Tag tone={c.open ? "done" : "gone"}>{c.open ? tClasses.open : tClasses.closed}</Tag> },
        {
          key: "act",
          title: tCommon.actions,
          width: 170,
          whole: true,
          render: (c) => (
            <>
              <Button type="link" onClick={() => props.onBoard(c.number)}>
                {tCommon.edit}
              </Button>
              <Button type="link" onClick={() => go("/pupils", { grade: String(c.grade), class: String(c.number) })}>
                {tClasses.viewPupils}
              </Button>
            </>
          ),
        },
      ]}
    />
  );
}
