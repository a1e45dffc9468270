// Left the menu by job, above the scope, the connection, long jobs and the person.
import {
  DesktopOutlined,
  DownOutlined,
  KeyOutlined,
  LogoutOutlined,
  MenuFoldOutlined,
  MenuUnfoldOutlined,
  QuestionCircleOutlined,
  SyncOutlined,
  UserOutlined,
} from "@ant-design/icons";
import { App, Button, Drawer, Modal, Popover, Progress, Segmented } from "antd";
import { Component, Suspense, useEffect, useMemo, useState, type ReactNode } from "react";
import { ChangePasswordForm } from "../features/sign-in";
import type { CappedCount } from "../api.gen";
import { CallError, platform, type HostState } from "../platform";
import { Logo } from "../shared/components/brand";
import { SchoolPicker } from "../shared/components/school-picker";
import { EmptyState, ErrorState, LoadingState } from "../shared/components/states";
import { capped } from "../shared/formatting";
import { helpFor } from "../shared/help";
import { inField, useKey } from "../shared/hooks";
import { useJobs } from "../shared/jobs";
import { setPrefs, useFolded, usePrefs } from "../shared/prefs";
import { useOp } from "../shared/query";
import { go, href, useRoute } from "../shared/router";
import { useScope } from "../shared/scope";
import { useSession } from "../shared/session";
import { tCommon, tError, tFrame, tKeys, tMenu, tRole } from "../shared/texts";
import { ENTRIES, match, type Entry } from "./routes";

export function Frame(props: { host: HostState }) {
  const api = useSession();
  const { path } = useRoute();
  const folded = useFolded();
  const { message } = App.useApp();
  const found = match(path, api);
  const [help, setHelp] = useState(false);
  const [keys, setKeys] = useState(false);
  const [password, setPassword] = useState(false);

  useEffect(() => platform.onClosing(() => void message.loading({ key: "closing", content: tFrame.closing, duration: 0 })), [message]);

  useKey((e) => {
    if (e.key === "F1") {
      e.preventDefault();
      setHelp((on) => !on);
    } else if ((e.key === "?" || e.key === "\uFF1F") && !inField(e.target) && !e.ctrlKey && !e.altKey) {
      e.preventDefault();
      setKeys((on) => !on);
    } else if (e.key.toLowerCase() === "f" && e.ctrlKey && !e.shiftKey && !e.altKey) {
      const field = document.querySelector<HTMLInputElement>("[data-search] input, input[data-search]");
      if (field) {
        e.preventDefault();
        field.focus();
        field.select();
      }
    }
  });

  useEffect(() => {
    document.title = found ? `${tMenu[found.entry.key]} · ${tCommon.product}` : tCommon.productLong;
  }, [found]);

  return (
    <div className="ek-frame" data-folded={folded}>
      <a className="ek-skip" href="#main" onClick={(e) => { e.preventDefault(); document.getElementById("main")?.focus(); }}>
        {tFrame.skip}
      </a>
      <SideMenu current={found?.entry.key} />
      <div className="ek-body">
        <TopBar host={props.host} onHelp={() => setHelp(true)} onKeys={() => setKeys(true)} onPassword={() => setPassword(true)} />
        <main id="main" tabIndex={-1} data-testid={`page-${found?.entry.key ?? "none"}`}>
          <PageGuard key={path}>
            {found ? (
              <Suspense fallback={<LoadingState />}>
                <found.entry.page rest={found.rest} />
              </Suspense>
            ) : (
              <EmptyState title={tError.notFoundTitle} hint={tError.notFoundHint}>
                <Button type="primary" onClick={() => go("/")}>
                  {tError.toHome}
                </Button>
              </EmptyState>
            )}
          </PageGuard>
        </main>
      </div>
      <Drawer open={help} onClose={() => setHelp(false)} title={tFrame.help} size={380} data-testid="help-drawer">
        <HelpContent page={found?.entry.key ?? "home"} />
      </Drawer>
      <Modal open={keys} onCancel={() => setKeys(false)} footer={null} title={tKeys.title} width={520} data-testid="keys-dialog">
        <dl className="ek-keys">
          {tKeys.rows.map(([key, what]) => (
            <div key={`${key} ${what}`}>
              <dt>
                <kbd>{key}</kbd>
              </dt>
              <dd>{what}</dd>
            </div>
          ))}
        </dl>
      </Modal>
      <Modal
        open={password}
        afterOpenChange={(open) => {
          if (open) document.querySelector<HTMLInputElement>("[data-testid=password-current]")?.focus();
        }}
        onCancel={() => setPassword(false)} footer={null} title={tFrame.changePassword} width={440} destroyOnHidden>
        <ChangePasswordForm onDone={() => setPassword(false)} onCancel={() => setPassword(false)} />
      </Modal>
    </div>
  );
}

function HelpContent(props: { page: string }) {
  const help = helpFor(props.page);
  return (
    <div className="ek-help">
      {help.map((part) => (
        <section key={part.title}>
          <h3>{part.title}</h3>
          {part.lines.length > 1 ? (
            <ol>
              {part.lines.map((line) => (
                <li key={line}>{line}</li>
              ))}
            </ol>
          ) : (
            <p>{part.lines[0]}</p>
          )}
        </section>
      ))}
    </div>
  );
}

/** What waits behind one entry of the menu; null when nothing does. */
function sum(counts: readonly (CappedCount | undefined)[]): CappedCount | null {
  const total = { count: counts.reduce((n, c) => n + (c?.count ?? 0), 0), more: counts.some((c) => c?.more) };
  return total.count > 0 ? total : null;
}

function SideMenu(props: { current: string | undefined }) {
  const api = useSession();
  const folded = useFolded();
  const home = useOp("home.summary", {}, { staleTime: 30_000 });
  const badges = useMemo(() => new Map(home.data?.todos.map((t) => [t.key, t.count])), [home.data]);
  const groups = useMemo(() => {
    const out: { group: Entry["group"]; entries: Entry[] }[] = [];
    for (const entry of ENTRIES) {
      if (!entry.allowed(api)) continue;
      const last = out.at(-1);
      if (last?.group === entry.group) last.entries.push(entry);
      else out.push({ group: entry.group, entries: [entry] });
    }
    return out;
  }, [api]);
  // Who only keeps classes goes straight to them.
  const label = (entry: Entry) => (entry.key === "organisation" && !api.can("manage_schools") ? tMenu.classes : tMenu[entry.key]);
  return (
    <nav className="ek-menu" aria-label={tMenu.main}>
      <div className="ek-brand">
        <Logo />
        {folded ? null : <span>{tCommon.product}</span>}
      </div>
      <div className="ek-menu-list">
        {groups.map(({ group, entries }) => (
          <div key={group || "top"} role="group" aria-label={group ? tMenu[group] : undefined}>
            {group && !folded ? <div className="ek-menu-group">{tMenu[group]}</div> : <div className="ek-menu-gap" />}
            {entries.map((entry) => {
              const waiting = sum(entry.badge?.map((b) => badges.get(b)) ?? []);
              return (
                <a
                  key={entry.key}
                  href={href(entry.path)}
                  className="ek-menu-item"
                  aria-current={props.current === entry.key ? "page" : undefined}
                  data-testid={`menu-${entry.key}`}
                  data-tip={folded ? label(entry) : undefined}
                >
                  <span className="ek-menu-icon" aria-hidden="true">
                    {entry.icon}
                  </span>
                  {folded ? <span className="ek-hidden">{label(entry)}</span> : <span className="ek-menu-label">{label(entry)}</span>}
                  {waiting ? <span className="ek-badge">{capped(waiting)}</span> : null}
                </a>
              );
            })}
          </div>
        ))}
      </div>
      <button
        type="button"
        className="ek-menu-item ek-menu-fold"
        onClick={() => setPrefs({ folded: !folded })}
        aria-label={folded ? tMenu.unfold : tMenu.fold}
        data-testid="menu-fold"
      >
        <span className="ek-menu-icon">{folded ? <MenuUnfoldOutlined /> : <MenuFoldOutlined />}</span>
        {folded ? null : <span className="ek-menu-label">{tMenu.fold}</span>}
      </button>
    </nav>
  );
}

function TopBar(props: { host: HostState; onHelp: () => void; onKeys: () => void; onPassword: () => void }) {
  const { session, signOut } = useSession();
  const scope = useScope();
  const jobs = useJobs();
  const prefs = usePrefs();
  const [open, setOpen] = useState(false);
  const years = new Set((scope.school ? [scope.school] : scope.schools).map((s) => s.schoolYear));
  const year = [...years][0];
  const act = (what: () => void) => () => {
    setOpen(false);
    what();
  };
  return (
    <header className="ek-top">
      {scope.schools.length > 0 || scope.districts.length > 0 ? <SchoolPicker testId="scope" quiet width={280} /> : null}
      {year ? (
        <span className="ek-top-note" data-testid="top-school-year">
          {years.size === 1 ? tFrame.year(year) : tFrame.yearMixed}
        </span>
      ) : null}
      <span className="ek-grow" />
      {session.demo ? (
        <span className="ek-demo" data-tip={tFrame.demoHint}>
          {tFrame.demo}
        </span>
      ) : null}
      {jobs.length > 0 ? (
        <Popover
          trigger="click"
          placement="bottomRight"
          title={tFrame.jobs}
          content={
            <div className="ek-jobs">
              {jobs.map((job) => {
                const percent = job.total > 0 ? Math.floor((job.done / job.total) * 100) : 0;
                const elapsed = (Date.now() - job.startedAt) / 1000;
                const left = job.done > 0 && job.total > job.done ? Math.ceil((elapsed / job.done) * (job.total - job.done)) : null;
                return (
                  <div key={job.key}>
                    <div className="ek-row">
                      <span className="ek-cut ek-grow">{job.label}</span>
                      <Button size="small" onClick={job.cancel}>
                        {tFrame.jobStop}
                      </Button>
                    </div>
                    <Progress percent={percent} size="small" status="active" />
                    {left === null ? null : <div className="ek-faint">{tFrame.jobLeft(left)}</div>}
                  </div>
                );
              })}
            </div>
          }
        >
          <Button type="text" icon={<SyncOutlined spin />} data-testid="jobs">
            {tFrame.jobsCount(jobs.length)}
          </Button>
        </Popover>
      ) : null}
      <span className="ek-top-note ek-conn" data-tip={platform.kind === "window" ? tFrame.localHint : undefined} data-testid="connection">
        <DesktopOutlined aria-hidden="true" /> {platform.kind === "window" ? tFrame.local : tFrame.server}
      </span>
      <Button type="text" icon={<QuestionCircleOutlined />} aria-label={tFrame.help} data-tip={tFrame.help} onClick={props.onHelp} data-testid="help" />
      <Popover
        trigger="click"
        placement="bottomRight"
        open={open}
        onOpenChange={setOpen}
        content={
          <div className="ek-person">
            <div>
              <b>{session.displayName}</b>
              <div className="ek-faint">{session.login}</div>
              {session.grants.map((g) => (
                <div className="ek-faint" key={`${g.role}-${g.district ?? ""}-${g.schoolId ?? ""}`}>
                  {tRole[g.role]}
                  {g.schoolName || g.districtName ? ` · ${g.schoolName ?? g.districtName}` : ""}
                </div>
              ))}
            </div>
            <Choice label={tFrame.textSize}>
              <Segmented
                size="small"
                value={prefs.size}
                onChange={(size) => setPrefs({ size })}
                options={[
                  { value: 14 as const, label: tFrame.size14 },
                  { value: 16 as const, label: tFrame.size16 },
                  { value: 18 as const, label: tFrame.size18 },
                ]}
                data-testid="pref-size"
              />
            </Choice>
            <Choice label={tFrame.mode}>
              <Segmented
                size="small"
                value={prefs.mode}
                onChange={(mode) => setPrefs({ mode })}
                options={[
                  { value: "auto" as const, label: tFrame.modeAuto },
                  { value: "light" as const, label: tFrame.modeLight },
                  { value: "dark" as const, label: tFrame.modeDark },
                ]}
                data-testid="pref-mode"
              />
            </Choice>
            <Choice label={tFrame.density}>
              <Segmented
                size="small"
                value={prefs.dense ? "dense" : "loose"}
                onChange={(v) => setPrefs({ dense: v === "dense" })}
                options={[
                  { value: "loose", label: tFrame.comfortable },
                  { value: "dense", label: tFrame.compact },
                ]}
                data-testid="pref-density"
              />
            </Choice>
            <div className="ek-person-actions">
              <Button type="text" block icon={<KeyOutlined />} onClick={act(props.onPassword)} data-testid="person-password">
                {tFrame.changePassword}
              </Button>
              <Button type="text" block icon={<QuestionCircleOutlined />} onClick={act(props.onKeys)} data-testid="person-keys">
                {tFrame.keys}
              </Button>
              <Button type="text" block icon={<LogoutOutlined />} onClick={() => void signOut()} data-testid="person-sign-out">
                {tFrame.signOut}
              </Button>
            </div>
          </div>
        }
      >
        <Button type="text" icon={<UserOutlined />} data-testid="person">
          <span className="ek-person-name ek-cut">{session.displayName}</span> <DownOutlined className="ek-caret" />
        </Button>
      </Popover>
    </header>
  );
}

function Choice(props: { label: string; children: ReactNode }) {
  return (
    <div className="ek-choice">
      <span>{props.label}</span>
      {props.children}
    </div>
  );
}

/** A fault while drawing one page leaves the menu usable. */
class PageGuard extends Component<{ children: ReactNode }, { failed: boolean }> {
  override state = { failed: false };
  static getDerivedStateFromError() {
    return { failed: true };
  }
  override render() {
    if (!this.state.failed) return this.props.children;
    return <ErrorState error={new CallError([])} title={tError.pageTitle} onRetry={() => this.setState({ failed: false })} />;
  }
}
