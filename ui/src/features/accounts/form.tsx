// New account, its roles, a new password: one form with what each of the three needs.
import { DeleteOutlined, PlusOutlined } from "@ant-design/icons";
import { Button, Checkbox, Form, Input, Select, Space, TreeSelect } from "antd";
import type { AccountView, GrantInput, Role } from "../../api.gen";
import { call } from "../../shared/call";
import { useNotify } from "../../shared/components/feedback";
import { FormModal } from "../../shared/components/form-modal";
import { useAction } from "../../shared/query";
import { useScope } from "../../shared/scope";
import { useSession } from "../../shared/session";
import { tAccounts, tCommon, tRole } from "../../shared/texts";

type Line = { role: Role; scope: string };
type Values = { login: string; displayName: string; password: string; forcedChange: boolean; grants: Line[] };

const CITY = "city";
const isOfCity = (role: Role | undefined): boolean => role === "city_admin" || role === "operator";
const lineOf = (g: GrantInput): Line => ({ role: g.role, scope: g.schoolId ? `s:${g.schoolId}` : g.district ? `d:${g.district}` : CITY });

/** 14 characters of four kinds, without those that look alike. */
function generated(): string {
  const kinds = ["ABCDEFGHJKLMNPQRSTUVWXYZ", "abcdefghijkmnpqrstuvwxyz", "23456789", "@#%+=-"];
  const any = kinds.join("");
  const bytes = crypto.getRandomValues(new Uint8Array(14));
  return Array.from(bytes, (b, i) => {
    const from = kinds[i] ?? any;
    return from[b % from.length];
  }).join("");
}

export function AccountForm(props: { what: "new" | "grants" | "reset"; account: AccountView | undefined; onClose: () => void }) {
  const { what, account } = props;
  const { session } = useSession();
  const scope = useScope();
  const notify = useNotify();
  const create = useAction("account.create");
  const setGrants = useAction("account.setGrants");
  const reset = useAction("account.reset");

  // Who is not of the city may only give the roles of the own district.
  const city = session.grants.some((g) => g.role === "city_admin");
  const roles: Role[] = city ? (Object.keys(tRole) as Role[]) : ["school_staff", "card_office"];
  /** Only what goes with the role: a school, a district, the city. */
  const tree = (role: Role | undefined) => {
    const ofCity = city && role !== "district_admin" && role !== "school_staff";
    const ofDistrict = role !== "school_staff" && !isOfCity(role);
    const ofSchool = role === "school_staff" || role === undefined;
    return [
      ...(ofCity ? [{ value: CITY, title: tAccounts.scopeCity, text: tAccounts.scopeCity }] : []),
      ...(ofDistrict || ofSchool
        ? scope.districts.map((d) => ({
            value: `d:${d.code}`,
            title: d.name,
            text: `${d.name} ${d.code}`,
            selectable: ofDistrict,
            ...(ofSchool
              ? { children: scope.schools.filter((s) => s.district === d.code).map((s) => ({ value: `s:${s.id}`, title: s.name, text: `${s.name} ${s.code}` })) }
              : {}),
          }))
        : []),
    ];
  };
  const input = (line: Line): GrantInput => {
    if (line.scope.startsWith("d:")) return { role: line.role, district: line.scope.slice(2) };
    if (line.scope.startsWith("s:")) {
      const schoolId = line.scope.slice(2);
      const district = scope.schools.find((s) => s.id === schoolId)?.district ?? account?.grants.find((g) => g.schoolId === schoolId)?.district;
      return { role: line.role, schoolId, ...(district ? { district } : {}) };
    }
    return { role: line.role };
  };

  const name = account?.displayName ?? "";
  const title = what === "new" ? tAccounts.create : `${what === "grants" ? tAccounts.grants : tAccounts.reset} · ${name}`;
  return (
    <FormModal<Values>
      title={title}
      note={what === "reset" ? tAccounts.resetNote : undefined}
      width={560}
      initial={{ forcedChange: true, grants: account ? account.grants.map(lineOf) : [{} as Line] }}
      fields={{ login: tAccounts.col.login, displayName: tAccounts.col.name, password: tAccounts.password, grants: tAccounts.col.grants }}
      submitText={what === "new" ? tCommon.create : what === "grants" ? tCommon.save : tAccounts.reset}
      submitTestId="account-submit"
      {...(account
        ? {
            version: account.version,
            latest: async () => {
              const now = (await call("account.list", { text: account.login })).items.find((a) => a.id === account.id);
              return { values: { grants: (now ?? account).grants.map(lineOf) }, version: (now ?? account).version };
            },
          }
        : {})}
      onClose={props.onClose}
      onSubmit={async (v, version) => {
        if (what === "new") {
          await create.mutateAsync({
            login: v.login,
            displayName: v.displayName,
            password: v.password,
            grants: v.grants.map(input),
            forcedChange: v.forcedChange,
          });
          notify.done(tAccounts.created(v.displayName));
        } else if (account && what === "grants") {
          await setGrants.mutateAsync({ id: account.id, version, grants: v.grants.map(input) });
          notify.done(tAccounts.grantsSaved(name));
        } else if (account) {
          await reset.mutateAsync({ id: account.id, password: v.password, forcedChange: v.forcedChange });
          notify.done(tAccounts.resetDone(name));
        }
      }}
    >
      {(form) => (
        <>
          {what === "new" ? (
            <div className="ek-two">
              <Form.Item name="displayName" label={tAccounts.col.name} rules={[{ required: true, whitespace: true, message: tCommon.required(tAccounts.col.name) }]}>
                <Input autoFocus autoComplete="off" data-testid="account-name" />
              </Form.Item>
              <Form.Item name="login" label={tAccounts.col.login} rules={[{ required: true, whitespace: true, message: tCommon.required(tAccounts.col.login) }]}>
                <Input autoComplete="off" spellCheck={false} data-testid="account-login" />
              </Form.Item>
            </div>
          ) : null}
          {what === "reset" ? null : (
            <Form.List name="grants">
              {(fields, { add, remove }) => (
                <div className="ek-grants">
                  {fields.map((field, i) => (
                    <div className="ek-grant" key={field.key}>
                      <Form.Item name={[field.name, "role"]} label={i === 0 ? tAccounts.role : undefined} rules={[{ required: true, message: tCommon.choose(tAccounts.role) }]}>
                        <Select
                          aria-label={tAccounts.role}
                          options={roles.map((r) => ({ value: r, label: tRole[r] }))}
                          onChange={(r: Role) => form.setFieldValue(["grants", field.name, "scope"], isOfCity(r) ? CITY : undefined)}
                          data-testid={`account-role-${i}`}
                        />
                      </Form.Item>
                      <Form.Item noStyle dependencies={[["grants", field.name, "role"]]}>
                        {() => (
                          <Form.Item name={[field.name, "scope"]} label={i === 0 ? tAccounts.scope : undefined} rules={[{ required: true, message: tCommon.choose(tAccounts.scope) }]}>
                            <TreeSelect
                              aria-label={tAccounts.scope}
                              showSearch
                              treeData={tree(form.getFieldValue(["grants", field.name, "role"]) as Role | undefined)}
                              treeNodeFilterProp="text"
                              treeDefaultExpandAll={scope.schools.length <= 60}
                              treeExpandAction="click"
                              treeLine={false}
                              listHeight={280}
                              data-testid={`account-scope-${i}`}
                            />
                          </Form.Item>
                        )}
                      </Form.Item>
                      <Button type="text" icon={<DeleteOutlined />} aria-label={tAccounts.removeGrant} disabled={fields.length === 1} onClick={() => remove(field.name)} />
                    </div>
                  ))}
                  <Button type="dashed" icon={<PlusOutlined />} onClick={() => add({})} data-testid="account-grant-add">
                    {tAccounts.addGrant}
                  </Button>
                </div>
              )}
            </Form.List>
          )}
          {what === "grants" ? null : (
            <>
              <Form.Item label={what === "reset" ? tAccounts.newPassword : tAccounts.password} extra={tAccounts.passwordNote} required htmlFor="password">
                <Space.Compact block>
                  <Form.Item name="password" noStyle rules={[{ required: true, message: tCommon.required(tAccounts.password) }]}>
                    <Input.Password autoComplete="new-password" data-testid="account-password" />
                  </Form.Item>
                  <Button onClick={() => form.setFieldsValue({ password: generated() })} data-testid="account-generate">
                    {tAccounts.generate}
                  </Button>
                </Space.Compact>
              </Form.Item>
              <Form.Item name="forcedChange" valuePropName="checked">
                <Checkbox data-testid="account-forced">{tAccounts.forcedChange}</Checkbox>
              </Form.Item>
            </>
          )}
        </>
      )}
    </FormModal>
  );
}
