// 组织机构: districts, schools, ladders and classes as tabs; one without the right sees only the last.
import { href } from "../../shared/router";
import { useSession } from "../../shared/session";
import { tOrg } from "../../shared/texts";
import { Classes } from "../classes";
import { Ladder } from "../ladder";
import { Districts } from "./districts";
import { Schools } from "./schools";

export function Organisation(props: { rest: string }) {
  const { can } = useSession();
  const manages = can("manage_schools");
  const tabs = [
    ...(can("manage_districts") ? [{ key: "districts", label: tOrg.tabDistricts }] : []),
    ...(manages ? [{ key: "schools", label: tOrg.tabSchools }, { key: "ladder", label: tOrg.tabLadder }] : []),
    ...(can("manage_classes") ? [{ key: "classes", label: tOrg.tabClasses }] : []),
  ];
  const active = tabs.some((t) => t.key === props.rest) ? props.rest : manages ? "schools" : (tabs[0]?.key ?? "classes");
  const bar =
    tabs.length > 1 ? (
      <nav className="ek-tabs" aria-label={tOrg.title}>
        {tabs.map((t) => (
          <a key={t.key} href={href(`/organisation/${t.key}`)} aria-current={t.key === active ? "page" : undefined} data-testid={`tab-${t.key}`}>
            {t.label}
          </a>
        ))}
      </nav>
    ) : null;
  const title = tabs.length > 1 ? tOrg.title : tOrg.tabClasses;
  if (active === "districts") return <Districts title={title} tabs={bar} />;
  if (active === "schools") return <Schools title={title} tabs={bar} />;
  if (active === "ladder") return <Ladder title={title} tabs={bar} />;
  return <Classes title={title} tabs={bar} />;
}
