// District › school, searchable; the same control in the top bar and on pages.
import { TreeSelect } from "antd";
import { useMemo } from "react";
import { useScope } from "../scope";
import { tCommon, tFrame } from "../texts";

export function SchoolPicker(props: { testId: string; /** Only schools can be chosen. */ schoolOnly?: boolean; width?: number; quiet?: boolean }) {
  const scope = useScope();
  const tree = useMemo(() => {
    const branches = scope.districts.map((d) => ({
      value: `d:${d.code}`,
      title: d.name,
      text: `${d.name} ${d.code}`,
      selectable: !props.schoolOnly,
      children: scope.schools
        .filter((s) => s.district === d.code)
        .map((s) => ({ value: `s:${s.id}`, title: s.name, text: `${s.name} ${s.code}` })),
    }));
    return branches.length === 1 && props.schoolOnly ? (branches[0]?.children ?? []) : branches;
  }, [scope.districts, scope.schools, props.schoolOnly]);
  if (scope.single) {
    return (
      <span className="ek-one-school ek-cut" data-testid={props.testId}>
        {scope.school?.name}
      </span>
    );
  }
  const value = scope.schoolId ? `s:${scope.schoolId}` : scope.district && !props.schoolOnly ? `d:${scope.district}` : undefined;
  return (
    <TreeSelect
      data-testid={props.testId}
      aria-label={props.schoolOnly ? tCommon.chooseSchool : tFrame.scopeLabel}
      style={{ width: `${(props.width ?? 260) / 14}em` }}
      variant={props.quiet ? "filled" : "outlined"}
      showSearch
      allowClear
      treeLine={false}
      treeData={tree}
      treeNodeFilterProp="text"
      treeDefaultExpandAll={scope.schools.length <= 60}
      treeExpandAction="click"
      loading={scope.loading}
      listHeight={360}
      popupMatchSelectWidth={340}
      placeholder={props.schoolOnly ? tCommon.chooseSchool : scope.districts.length === 1 ? scope.districts[0]?.name : tFrame.scopeAll}
      value={value ?? null}
      onChange={(next: string | null) => {
        if (!next) scope.choose({});
        else if (next.startsWith("d:")) scope.choose({ district: next.slice(2) });
        else scope.choose({ schoolId: next.slice(2) });
      }}
    />
  );
}
