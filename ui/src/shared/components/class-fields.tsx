// Grade and class number in a form: only classes that the school has and that take pupils.
import { Form, Select } from "antd";
import { useOp } from "../query";
import { tClassFields, tCommon } from "../texts";

const rule = (label: string) => [{ required: true, message: tCommon.required(label) }];

export function ClassFields(props: { schoolId: string; grades: readonly [number, number] }) {
  const { schoolId, grades } = props;
  const form = Form.useFormInstance<{ grade?: number; classNumber?: number }>();
  const grade = Form.useWatch("grade", form);
  const classes = useOp("class.list", { schoolId }, { staleTime: 0 });
  const open = (classes.data?.items ?? []).filter((c) => c.open && c.grade >= grades[0] && c.grade <= grades[1]);
  const known = [...new Set(open.map((c) => c.grade))].toSorted((a, b) => a - b);
  const numbers = open.filter((c) => c.grade === grade).toSorted((a, b) => a.number - b.number);
  const loading = classes.isPending;
  return (
    <div className="ek-row">
      <Form.Item name="grade" label={tCommon.grade} rules={rule(tCommon.grade)}>
        <Select
          style={{ width: "9em" }}
          loading={loading}
          notFoundContent={tClassFields.noGrades}
          options={known.map((g) => ({ value: g, label: tCommon.gradeName(g) }))}
          onChange={() => form.setFieldValue("classNumber", undefined)}
          data-testid="move-grade"
        />
      </Form.Item>
      <Form.Item name="classNumber" label={tCommon.classNo} rules={rule(tCommon.classNo)}>
        <Select
          style={{ width: "12em" }}
          loading={loading}
          showSearch={{ optionFilterProp: "label" }}
          notFoundContent={grade === undefined ? tClassFields.gradeFirst : tClassFields.noClasses}
          options={numbers.map((c) => ({ value: c.number, label: [tCommon.classOf(c.number), c.nickname].filter(Boolean).join(" ") }))}
          data-testid="move-class"
        />
      </Form.Item>
    </div>
  );
}
