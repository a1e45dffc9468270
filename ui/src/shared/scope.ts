// The part of the city a person is looking at: kept in the address, so that a link opens the same list.
import { useMemo } from "react";
import { useAll, useOp } from "./query";
import { useParams } from "./router";
import { useSession } from "./session";

export type ScopeChoice = { district?: string | undefined; schoolId?: string | undefined };

/** Schools and districts this person may see, and the choice among them. */
export function useScope() {
  const { session, can } = useSession();
  const [params, change] = useParams();
  const reads = can("read_organisation");
  const districts = useOp("district.list", reads ? {} : null, { staleTime: 60_000 });
  const schools = useAll("school.list", reads ? { limit: 200 } : null);
  const only = session.grants.length > 0 && session.grants.every((g) => g.schoolId && g.schoolId === session.grants[0]?.schoolId);
  const fixedSchool = only ? session.grants[0]?.schoolId : undefined;
  const d = params.get("d") ?? undefined;
  const s = params.get("s") ?? undefined;
  return useMemo(() => {
    const list = schools.data ?? [];
    const single = fixedSchool ?? (list.length === 1 ? list[0]?.id : undefined);
    const schoolId = single ?? s;
    const school = list.find((x) => x.id === schoolId);
    return {
      districts: districts.data?.items ?? [],
      schools: list,
      loading: schools.isPending && reads,
      error: schools.error ?? districts.error,
      /** The person has exactly one school: nothing to choose. */
      single: single !== undefined,
      schoolId,
      school,
      district: schoolId === undefined ? d : undefined,
      choose: (choice: ScopeChoice) => change({ d: choice.schoolId ? undefined : choice.district, s: choice.schoolId }),
    };
  }, [schools.data, schools.isPending, schools.error, districts.data, districts.error, fixedSchool, d, s, reads, change]);
}
