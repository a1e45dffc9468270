// The four steps of an import.
import { Steps } from "antd";
import { tImport } from "../../shared/texts";

export function ImportSteps(props: { current: number }) {
  return <Steps className="ek-import-steps" size="small" current={props.current} items={tImport.steps.map((title) => ({ title }))} />;
}
