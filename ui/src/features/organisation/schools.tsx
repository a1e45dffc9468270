// 学校: list, create, edit and change of code, school year.
import { PlusOutlined, SearchOutlined } from "@ant-design/icons";
import { App, Button, Form, Input, Select } from "antd";
import { useState, type ReactNode } from "react";
import type { Problem, SchoolView } from "../../api.gen";
import { useNotify } from "../../shared/components/feedback";
import { FormModal } from "../../shared/components/form-modal";
import { Page } from "../../shared/components/page";
import { PagedTable } from "../../shared/components/paged-table";
import { EmptyState } from "../../shared/components/states";
import { Tag } from "../../shared/components/tags";
import { call } from "../../shared/call";
import { useDebounced } from "../../shared/hooks";
import { useAction, usePages } from "../../shared/query";
import { go } from "../../shared/router";
import { useScope } from "../../shared/scope";
import { tCommon, tFirst, tOrg } from "../../shared/texts";

type SchoolForm = { district: string; code: string; name: string; kind: string; schoolYear?: string };

const latest = (id: string) => async () => {
  const s = await call("school.get", { id });
  return { values: { code: s.code, name: s.name, kind: s.kind, schoolYear: s.schoolYear }, version: s.version };
};

export function Schools(props: { title: string; tabs: ReactNode }) {
  const scope = useScope();
  const [text, setText] = useState("");
  const settled = useDebounced(text.trim());
  const district = scope.school?.district ?? scope.district;
  const { query, items } = usePages("school.list", {
    limit: 100,
    ...(district ? { district } : {}),
    ...(settled ? { text: settled } : {}),
  });
  const preset = district ?? (scope.districts.length === 1 ? scope.districts[0]?.code : undefined);
  const [open, setOpen] = useState<{ what: "new" } | { what: "edit" | "year"; school: SchoolView } | null>(null);
  const create = useAction("school.create");
  const edit = useAction("school.edit");
  const setYear = useAction("school.setYear");
  const notify = useNotify();
  const { modal } = App.useApp();
  const warn = (problems: Problem[], text_: string) => {
    if (problems.length === 0) notify.done(text_);
    else modal.warning({ title: tOrg.schoolWarn, content: problems.map((p) => <p key={p.message}>{p.message}</p>), okText: tCommon.close });
  };
  const add = (
    <Button type="primary" icon={<PlusOutlined />} onClick={() => setOpen({ what: "new" })} data-testid="school-create">
      {tOrg.schoolCreate}
    </Button>
  );
  return (
    <Page
      title={props.title}
      tabs={props.tabs}
      actions={add}
      fill
      toolbar={
        <Input
          data-search=""
          allowClear
          prefix={<SearchOutlined />}
          placeholder={tOrg.schoolSearch}
          aria-label={tOrg.schoolSearch}
          style={{ width: "20em" }}
          value={text}
          onChange={(e) => setText(e.target.value)}
          data-testid="school-search"
        />
      }
    >
      <PagedTable
        label={tOrg.tabSchools}
        testId="schools"
        items={items}
        query={query}
        rowKey={(s) => s.id}
        rowTestId={(s) => `school-row-${s.code}`}
        onOpen={(school) => setOpen({ what: "edit", school })}
        empty={
          settled || district ? (
            <EmptyState title={tOrg.schoolsNoMatch} hint={tOrg.schoolsNoMatchHint}>
              {add}
            </EmptyState>
          ) : (
            <EmptyState title={tOrg.schoolsEmpty} hint={tOrg.schoolsEmptyHint}>
              {add}
            </EmptyState>
          )
        }
        columns={[
          { key: "name", title: tOrg.schoolName, min: 200, render: (s) => s.name },
          {
            key: "code",
            title: tOrg.schoolCode,
            width: 190,
            render: (s) => (
              <>
                {s.code}{" "}
                {s.provisional ? (
                  <Tag tone="wait" title={tOrg.provisionalHint}>
                    {tOrg.provisional}
                  </Tag>
                ) : null}
              </>
            ),
          },
          { key: "kind", title: tOrg.schoolKind, width: 140, render: (s) => s.kindName },
          { key: "district", title: tCommon.district, width: 92, render: (s) => s.districtName },
          { key: "year", title: tOrg.schoolYear, width: 112, render: (s) => s.schoolYear },
          {
            key: "act",
            title: tCommon.actions,
            width: 180,
            whole: true,
            render: (s) => (
              <>
                <Button type="link" onClick={() => setOpen({ what: "edit", school: s })} data-testid={`school-edit-${s.code}`}>
                  {tCommon.edit}
                </Button>
                <Button type="link" onClick={() => go("/organisation/classes", { s: s.id, d: undefined })} data-testid={`school-classes-${s.code}`}>
                  {tOrg.toClasses}
                </Button>
                <Button type="link" onClick={() => setOpen({ what: "year", school: s })} data-testid={`school-year-${s.code}`}>
                  {tOrg.schoolYearSet}
                </Button>
              </>
            ),
          },
        ]}
      />
      {open?.what === "new" || open?.what === "edit" ? (
        <FormModal<SchoolForm>
          title={open.what === "new" ? tOrg.schoolCreate : tOrg.schoolEdit}
          initial={
            open.what === "edit"
              ? open.school
              : preset
                ? { district: preset }
                : {}
          }
          fields={{ district: tCommon.district, name: tOrg.schoolName, code: tOrg.schoolCode, kind: tOrg.schoolKind, schoolYear: tOrg.schoolYear }}
          submitText={open.what === "new" ? tCommon.create : tCommon.save}
          submitTestId="school-submit"
          {...(open.what === "edit" ? { version: open.school.version, latest: latest(open.school.id) } : {})}
          onClose={() => setOpen(null)}
          onSubmit={async (v, version) => {
            if (open.what === "new") {
              const { schoolYear, ...rest } = v;
              const res = await create.mutateAsync({ ...rest, ...(schoolYear ? { schoolYear } : {}) });
              warn(res.problems, tOrg.schoolCreated(res.school.name));
            } else {
              const res = await edit.mutateAsync({ id: open.school.id, version, code: v.code, name: v.name, kind: v.kind });
              warn(res.problems, tOrg.schoolSaved(res.school.name));
            }
          }}
        >
          {open.what === "new" ? (
            <Form.Item name="district" label={tCommon.district} rules={[{ required: true, message: tCommon.choose(tCommon.district) }]}>
              <Select
                data-testid="school-district"
                options={scope.districts.map((d) => ({ value: d.code, label: `${d.name} ${d.code}` }))}
                showSearch={{ optionFilterProp: "label" }}
              />
            </Form.Item>
          ) : null}
          <Form.Item name="name" label={tOrg.schoolName} rules={[{ required: true, whitespace: true, message: tCommon.required(tOrg.schoolName) }]}>
            <Input autoFocus data-testid="school-name" />
          </Form.Item>
          <Form.Item name="code" label={tOrg.schoolCode} extra={tOrg.schoolCodeHint} rules={[{ required: true, whitespace: true, message: tCommon.required(tOrg.schoolCode) }]}>
            <Input spellCheck={false} data-testid="school-code" />
          </Form.Item>
          <Form.Item name="kind" label={tOrg.schoolKind} rules={[{ required: true, message: tCommon.choose(tOrg.schoolKind) }]}>
            <Select
              data-testid="school-kind"
              showSearch={{ optionFilterProp: "label" }}
              listHeight={320}
              options={Object.entries(tOrg.kinds).map(([value, name]) => ({ value, label: `${value} ${name}` }))}
            />
          </Form.Item>
          {open.what === "new" ? (
            <Form.Item name="schoolYear" label={tOrg.schoolYear} extra={tOrg.schoolYearHint} rules={[{ pattern: /^\s*\d{4}-\d{4}\s*$/, message: tFirst.yearShape }]}>
              <Input data-testid="school-year" />
            </Form.Item>
          ) : null}
        </FormModal>
      ) : null}
      {open?.what === "year" ? (
        <FormModal<{ schoolYear: string }>
          title={`${tOrg.schoolYearSet} · ${open.school.name}`}
          note={tOrg.yearWarn}
          initial={{ schoolYear: open.school.schoolYear }}
          fields={{ schoolYear: tOrg.schoolYear }}
          submitText={tCommon.save}
          submitTestId="school-year-submit"
          version={open.school.version}
          latest={latest(open.school.id)}
          onClose={() => setOpen(null)}
          onSubmit={async (v, version) => {
            await setYear.mutateAsync({ id: open.school.id, version, schoolYear: v.schoolYear });
            notify.done(tOrg.schoolSaved(open.school.name));
          }}
        >
          <Form.Item name="schoolYear" label={tOrg.schoolYear} rules={[{ required: true, message: tCommon.required(tOrg.schoolYear) }, { pattern: /^\s*\d{4}-\d{4}\s*$/, message: tFirst.yearShape }]}>
            <Input autoFocus data-testid="school-year-input" />
          </Form.Item>
        </FormModal>
      ) : null}
    </Page>
  );
}
