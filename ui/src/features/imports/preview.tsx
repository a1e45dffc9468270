// One import: 核对 while there is something to do or to look at, else 完成.
import { QueryView } from "../../shared/components/states";
import { useParams } from "../../shared/router";
import { Check } from "./check";
import { useImport } from "./read";
import { Result } from "./result";

export function ImportPreview(props: { importId: string }) {
  return <One key={props.importId} importId={props.importId} />;
}

function One(props: { importId: string }) {
  const query = useImport(props.importId);
  const [params, change] = useParams();
  return (
    <QueryView query={query}>
      {({ summary, groups }) => {
        const written = summary.state === "committed" || summary.state === "partly" || summary.state === "undone";
        return written && params.get("view") !== "rows" ? (
          <Result summary={summary} onRows={(only) => change({ view: "rows", only: only ? "1" : undefined })} />
        ) : (
          <Check summary={summary} groups={groups} onResult={() => change({ view: undefined, only: undefined })} />
        );
      }}
    </QueryView>
  );
}
