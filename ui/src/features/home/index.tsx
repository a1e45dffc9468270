// 首页: what must I do today, then how it went, then news of my imports.
import { CheckCircleFilled, CheckCircleOutlined, RightOutlined } from "@ant-design/icons";
import { Button, Segmented } from "antd";
import { useState } from "react";
import type { ImportSummary, TodoItem } from "../../api.gen";
import { Bars } from "../../shared/components/bars";
import { Page, Panel } from "../../shared/components/page";
import { QueryView } from "../../shared/components/states";
import { Tag } from "../../shared/components/tags";
import { capped, count, moment } from "../../shared/formatting";
import { useOp } from "../../shared/query";
import { go, href, type Params } from "../../shared/router";
import { useSession } from "../../shared/session";
import { tHome, tImport } from "../../shared/texts";
import { importTone } from "../../shared/tones";

const TARGETS: Record<TodoItem["key"], [string, Params]> = {
  pupils_returned: ["/entry", { state: "returned" }],
  pupils_to_submit: ["/entry", {}],
  pupils_to_review: ["/review", {}],
  orders_to_approve: ["/orders/approve", {}],
  orders_to_confirm: ["/orders/confirm", {}],
  orders_to_batch: ["/batches/new", {}],
  batches_to_export: ["/batches", { state: "open" }],
  batches_overdue: ["/batches", { state: "overdue" }],
  imports_in_preview: ["/imports", {}],
  ladders_incomplete: ["/organisation/ladder", { only: "1" }],
  orders_returned: ["/orders", { range: "all", state: "returned" }],
};
type SetupKey = keyof typeof tHome.steps;
const SETUP: readonly [SetupKey, string][] = [
  ["schools", "/organisation/schools"],
  ["ladders", "/organisation/ladder"],
  ["classes", "/organisation/classes"],
  ["pupils", "/imports/new"],
];

export function Home() {
  const { session, can } = useSession();
  const query = useOp("home.summary", {}, { staleTime: 30_000 });
  return (
    <Page title={tHome.hello(session.displayName)}>
      <QueryView query={query}>
        {(data) => {
          const waiting = data.todos.filter((t) => t.count.count > 0);
          const setup = data.setup;
          const unfinished = setup && !(setup.schools && setup.ladders && setup.classes && setup.pupils);
          return (
            <div className="ek-home">
              {unfinished ? <Setup setup={setup} /> : null}
              {waiting.length > 0 ? (
                <section aria-label={tHome.todo} className="ek-todos">
                  {waiting.map((t) => {
                    const [path, params] = TARGETS[t.key];
                    const [name, hint] = tHome.todos[t.key];
                    return (
                      <a key={t.key} href={href(path, params)} className="ek-todo" data-testid={`todo-${t.key}`}>
                        <span className="ek-todo-count">{capped(t.count)}</span>
                        <span className="ek-todo-name">{name}</span>
                        <span className="ek-faint">
                          {hint} <RightOutlined />
                        </span>
                      </a>
                    );
                  })}
                </section>
              ) : unfinished ? null : (
                <Panel className="ek-todo-none">
                  <CheckCircleOutlined className="ek-ok" />
                  <div>
                    <h2>{tHome.todoNone}</h2>
                    <p className="ek-faint">{tHome.todoNoneHint}</p>
                  </div>
                </Panel>
              )}
              <div className="ek-home-two">
                {data.confirmedPerDay.length > 0 ? <Confirmed days={data.confirmedPerDay} /> : null}
                {can("enter_pupils") ? <Imports items={data.recentImports} /> : null}
              </div>
            </div>
          );
        }}
      </QueryView>
    </Page>
  );
}

function Setup(props: { setup: Record<SetupKey, boolean> }) {
  const { can } = useSession();
  const next = SETUP.find(([key]) => !props.setup[key])?.[0];
  return (
    <Panel title={tHome.setup} extra={<span className="ek-faint">{tHome.setupHint}</span>}>
      <ol className="ek-setup">
        {SETUP.map(([key, path], i) => {
          const done = props.setup[key];
          const [name, hint] = tHome.steps[key];
          const mine = key === "classes" ? can("manage_classes") : key === "pupils" ? can("enter_pupils") : can("manage_schools");
          return (
            <li key={key} data-done={done} data-next={key === next} data-testid={`setup-${key}`}>
              <span className="ek-setup-no">{done ? <CheckCircleFilled /> : i + 1}</span>
              <div className="ek-grow">
                <b>{name}</b>
                <div className="ek-faint">{hint}</div>
              </div>
              {done ? (
                <span className="ek-ok">{tHome.stepDone}</span>
              ) : mine ? (
                <Button type={key === next ? "primary" : "default"} onClick={() => go(path)} data-testid={`setup-go-${key}`}>
                  {tHome.stepGo}
                </Button>
              ) : null}
            </li>
          );
        })}
      </ol>
    </Panel>
  );
}

function Confirmed(props: { days: { day: string; count: number }[] }) {
  const [as, setAs] = useState<"chart" | "table">("chart");
  const total = props.days.reduce((n, d) => n + d.count, 0);
  return (
    <Panel
      title={tHome.chart}
      extra={
        <>
          <span className="ek-faint">{tHome.chartTotal(total)}</span>
          <Segmented
            size="small"
            value={as}
            onChange={setAs}
            data-testid="home-chart-as"
            options={[
              { value: "chart" as const, label: tHome.asChart },
              { value: "table" as const, label: tHome.asTable },
            ]}
          />
        </>
      }
    >
      {as === "chart" ? (
        <Bars
          label={tHome.chart}
          unit={tHome.chartUnit}
          bars={props.days.map((d) => ({ name: d.day.slice(5), tip: `${d.day} ${tHome.confirmed}`, count: d.count }))}
        />
      ) : (
        <div className="ek-home-table">
          <table className="ek-guide-columns">
            <thead>
              <tr>
                <th>{tHome.day}</th>
                <th className="ek-right">{tHome.confirmed}</th>
              </tr>
            </thead>
            <tbody>
              {props.days.toReversed().map((d) => (
                <tr key={d.day}>
                  <td>{d.day}</td>
                  <td className="ek-right">{count(d.count)}</td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
    </Panel>
  );
}

function Imports(props: { items: ImportSummary[] }) {
  return (
    <Panel
      title={tHome.imports}
      extra={
        <Button type="link" size="small" onClick={() => go("/imports")}>
          {tHome.allImports}
        </Button>
      }
    >
      {props.items.length === 0 ? (
        <p className="ek-faint">{tHome.importsNone}</p>
      ) : (
        <ul className="ek-plain-list">
          {props.items.slice(0, 6).map((i) => (
            <li key={i.id}>
              <a className="ek-home-import" href={href(`/imports/${i.id}`)}>
                <span className="ek-cut ek-grow">{i.fileName}</span>
                <span className="ek-faint">{tHome.importLine(i.state === "preview" ? i.valid : i.committed, i.rows)}</span>
                <span className="ek-faint">{moment(i.createdAt)}</span>
                <Tag tone={importTone[i.state]}>{tImport.state[i.state]}</Tag>
              </a>
            </li>
          ))}
        </ul>
      )}
    </Panel>
  );
}
