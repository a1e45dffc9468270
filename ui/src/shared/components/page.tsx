// The frame of one page: heading and actions stay, the content scrolls.
import type { ReactNode } from "react";

export function Page(props: {
  title: string;
  note?: ReactNode;
  actions?: ReactNode;
  toolbar?: ReactNode;
  tabs?: ReactNode;
  footer?: ReactNode;
  /** The content scrolls by itself (tables, grids). */
  fill?: boolean;
  children: ReactNode;
}) {
  return (
    <section className="ek-page" aria-label={props.title}>
      <header className="ek-page-head">
        <div className="ek-page-title">
          <h1>{props.title}</h1>
          {props.note ? <div className="ek-page-note">{props.note}</div> : null}
        </div>
        {props.actions ? <div className="ek-page-actions">{props.actions}</div> : null}
      </header>
      {props.tabs}
      {props.toolbar ? (
        <div className="ek-toolbar" role="search">
          {props.toolbar}
        </div>
      ) : null}
      <div className={props.fill ? "ek-page-fill" : "ek-page-scroll"}>{props.children}</div>
      {props.footer ? <footer className="ek-page-foot">{props.footer}</footer> : null}
    </section>
  );
}

/** A quiet panel on the page. */
export function Panel(props: { title?: ReactNode; extra?: ReactNode; children: ReactNode; className?: string }) {
  return (
    <div className={`ek-panel ${props.className ?? ""}`}>
      {props.title ? (
        <div className="ek-panel-head">
          <h2>{props.title}</h2>
          {props.extra}
        </div>
      ) : null}
      {props.children}
    </div>
  );
}
