// 区县: a short list; only the city keeps it.
import { PlusOutlined } from "@ant-design/icons";
import { Button, Form, Input } from "antd";
import { useState, type ReactNode } from "react";
import type { DistrictView } from "../../api.gen";
import { DataTable } from "../../shared/components/data-table";
import { useNotify } from "../../shared/components/feedback";
import { FormModal } from "../../shared/components/form-modal";
import { Page } from "../../shared/components/page";
import { EmptyState, QueryView } from "../../shared/components/states";
import { count } from "../../shared/formatting";
import { useAction, useOp } from "../../shared/query";
import { go } from "../../shared/router";
import { tCommon, tFirst, tOrg } from "../../shared/texts";

export function Districts(props: { title: string; tabs: ReactNode }) {
  const query = useOp("district.list", {});
  const create = useAction("district.create");
  const rename = useAction("district.rename");
  const notify = useNotify();
  const [open, setOpen] = useState<DistrictView | "new" | null>(null);
  const add = (
    <Button type="primary" icon={<PlusOutlined />} onClick={() => setOpen("new")} data-testid="district-create">
      {tOrg.districtCreate}
    </Button>
  );
  return (
    <Page title={props.title} tabs={props.tabs} actions={add} fill>
      <QueryView query={query}>
        {(data) => (
          <DataTable
            label={tOrg.tabDistricts}
            testId="districts"
            rows={data.items}
            rowKey={(d) => d.code}
            rowTestId={(d) => `district-row-${d.code}`}
            onOpen={setOpen}
            empty={
              <EmptyState title={tOrg.districtEmpty} hint={tOrg.districtEmptyHint}>
                {add}
              </EmptyState>
            }
            foot={tCommon.shown(data.items.length)}
            columns={[
              { key: "code", title: tOrg.districtCode, width: 140, render: (d) => d.code },
              { key: "name", title: tOrg.districtName, render: (d) => d.name },
              {
                key: "schools",
                title: tOrg.districtSchools,
                width: 140,
                align: "right",
                render: (d) => (
                  <Button type="link" onClick={() => go("/organisation/schools", { d: d.code, s: undefined })}>
                    {count(d.schools)}
                  </Button>
                ),
              },
              {
                key: "act",
                title: tCommon.actions,
                width: 120,
                whole: true,
                render: (d) => (
                  <Button type="link" onClick={() => setOpen(d)} data-testid={`district-edit-${d.code}`}>
                    {tCommon.edit}
                  </Button>
                ),
              },
            ]}
          />
        )}
      </QueryView>
      {open ? (
        <FormModal<{ code: string; name: string }>
          title={open === "new" ? tOrg.districtCreate : tOrg.districtRename}
          initial={open === "new" ? {} : open}
          fields={{ code: tOrg.districtCode, name: tOrg.districtName }}
          submitText={open === "new" ? tCommon.create : tCommon.save}
          submitTestId="district-submit"
          onClose={() => setOpen(null)}
          onSubmit={async (v) => {
            const code = open === "new" ? v.code : open.code;
            await (open === "new" ? create : rename).mutateAsync({ code, name: v.name });
            notify.done(tOrg.districtCreated(v.name));
          }}
        >
          <Form.Item name="code" label={tOrg.districtCode} rules={[{ required: true, message: tCommon.required(tOrg.districtCode) }, { pattern: /^\s*\d{6}\s*$/, message: tFirst.codeShape }]}>
            <Input disabled={open !== "new"} autoFocus={open === "new"} data-testid="district-code" />
          </Form.Item>
          <Form.Item name="name" label={tOrg.districtName} rules={[{ required: true, whitespace: true, message: tCommon.required(tOrg.districtName) }]}>
            <Input autoFocus={open !== "new"} data-testid="district-name" />
          </Form.Item>
        </FormModal>
      ) : null}
    </Page>
  );
}
