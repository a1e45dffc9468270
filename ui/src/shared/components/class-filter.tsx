// Grade and class number as filters; kept in the address.
import { Select } from "antd";
import { tCommon } from "../texts";

const GRADES = Array.from({ length: 9 }, (_, i) => ({ value: String(i + 1), label: tCommon.gradeName(i + 1) }));
const NUMBERS = Array.from({ length: 99 }, (_, i) => ({ value: String(i + 1), label: tCommon.classOf(i + 1) }));

export function ClassFilter(props: {
  prefix: string;
  grade: string | null;
  classNumber: string | null;
  onChange: (change: { grade?: string | undefined; class?: string | undefined }) => void;
}) {
  return (
    <>
      <Select
        allowClear
        aria-label={tCommon.grade}
        placeholder={tCommon.allGrades}
        style={{ width: "8.3em" }}
        value={props.grade}
        options={GRADES}
        listHeight={300}
        onChange={(grade?: string) => props.onChange(grade ? { grade } : { grade: undefined, class: undefined })}
        data-testid={`${props.prefix}-grade`}
      />
      <Select
        allowClear
        showSearch={{ optionFilterProp: "label" }}
        aria-label={tCommon.classNo}
        placeholder={tCommon.allClasses}
        style={{ width: "8.3em" }}
        value={props.classNumber}
        options={NUMBERS}
        onChange={(n?: string) => props.onChange({ class: n })}
        data-testid={`${props.prefix}-class`}
      />
    </>
  );
}
