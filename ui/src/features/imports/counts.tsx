// The counts of an import: always in view from 核对 on.
import type { ImportSummary } from "../../api.gen";
import { tImport } from "../../shared/texts";

export function Counts(props: { summary: ImportSummary }) {
  const { summary: s } = props;
  const parts = [
    ["rows", s.rows, undefined],
    ["valid", s.ready, "ek-ok"],
    ["errors", s.errors, "ek-bad"],
    ["warnings", s.warnings, "ek-warn"],
    ["duplicates", s.duplicates, "ek-bad"],
    ["committed", s.committed, "ek-ok"],
    ...(s.undone > 0 ? [["undone", s.undone, undefined] as const] : []),
  ] as const;
  return (
    <div className="ek-counts" data-testid="import-counts" role="status">
      {parts.map(([key, n, tone]) => (
        <span key={key} className={key === "rows" ? "ek-strong" : n > 0 ? tone : "ek-faint"} data-testid={`import-count-${key}`}>
          {tImport.counts[key](n)}
        </span>
      ))}
    </div>
  );
}
