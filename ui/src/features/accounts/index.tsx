// 账户: who may sign in, as what and where.
import { PlusOutlined, SearchOutlined } from "@ant-design/icons";
import { Button, Input, Select } from "antd";
import { useState } from "react";
import type { AccountView, GrantView, Role } from "../../api.gen";
import type { Column } from "../../shared/components/data-table";
import { useNotify } from "../../shared/components/feedback";
import { Page } from "../../shared/components/page";
import { PagedTable } from "../../shared/components/paged-table";
import { EmptyState } from "../../shared/components/states";
import { Tag } from "../../shared/components/tags";
import { moment } from "../../shared/formatting";
import { useDebounced } from "../../shared/hooks";
import { useAction, usePages } from "../../shared/query";
import { useParams } from "../../shared/router";
import { useSession } from "../../shared/session";
import { tAccounts, tCommon, tRole } from "../../shared/texts";
import { AccountForm } from "./form";

const scopeOf = (g: GrantView) => g.schoolName ?? g.districtName ?? tAccounts.scopeCity;

export function Accounts() {
  const { session, can } = useSession();
  const notify = useNotify();
  const [params, change] = useParams();
  const [text, setText] = useState("");
  const settled = useDebounced(text.trim());
  const role = (params.get("role") as Role | null) ?? undefined;
  const { query, items } = usePages("account.list", { limit: 100, ...(settled ? { text: settled } : {}), ...(role ? { role } : {}) });
  const [open, setOpen] = useState<{ what: "new" } | { what: "grants" | "reset"; account: AccountView } | null>(null);
  const disable = useAction("account.disable");
  const enable = useAction("account.enable");
  const unlock = useAction("account.unlock");
  const manages = can("manage_accounts");

  const turn = (a: AccountView, on: boolean, undoable: boolean) => {
    (on ? enable : disable).mutate(
      { id: a.id },
      {
        onSuccess: () => {
          const said = on ? tAccounts.enabledDone(a.displayName) : tAccounts.disabledDone(a.displayName);
          notify.done(said, undoable ? () => turn(a, !on, false) : undefined);
        },
        onError: notify.failed,
      },
    );
  };

  const columns: Column<AccountView>[] = [
    { key: "login", title: tAccounts.col.login, width: 140, render: (a) => a.login },
    { key: "name", title: tAccounts.col.name, width: 140, render: (a) => a.displayName },
    {
      key: "grants",
      title: tAccounts.col.grants,
      min: 220,
      render: (a) => a.grants.map((g) => `${tRole[g.role]} · ${scopeOf(g)}`).join("\uFF1B"),
    },
    {
      key: "state",
      title: tAccounts.col.state,
      width: 100,
      render: (a) =>
        a.disabled ? (
          <Tag tone="gone">{tAccounts.disabled}</Tag>
        ) : a.lockedUntil ? (
          <Tag tone="bad" title={tAccounts.lockedTip(a.lockedUntil)}>
            {tAccounts.locked}
          </Tag>
        ) : a.mustChangePassword ? (
          <Tag tone="wait">{tAccounts.mustChange}</Tag>
        ) : (
          <Tag tone="done">{tAccounts.normal}</Tag>
        ),
    },
    { key: "last", title: tAccounts.col.lastSignIn, width: 144, render: (a) => (a.lastSignInAt === undefined ? tAccounts.never : moment(a.lastSignInAt)) },
    {
      key: "act",
      title: tCommon.actions,
      width: 232,
      whole: true,
      render: (a) => {
        const self = a.id === session.accountId || a.login === session.login;
        return (
          <>
            {manages ? (
              <Button type="link" onClick={() => setOpen({ what: "grants", account: a })} data-testid={`account-grants-${a.login}`}>
                {tAccounts.grants}
              </Button>
            ) : null}
            {self ? null : (
              <Button type="link" onClick={() => setOpen({ what: "reset", account: a })} data-testid={`account-reset-${a.login}`}>
                {tAccounts.reset}
              </Button>
            )}
            {a.lockedUntil && !a.disabled ? (
              <Button
                type="link"
                onClick={() => unlock.mutate({ id: a.id }, { onSuccess: () => notify.done(tAccounts.unlockedDone(a.displayName)), onError: notify.failed })}
                data-testid={`account-unlock-${a.login}`}
              >
                {tAccounts.unlock}
              </Button>
            ) : null}
            {manages && !self ? (
              <Button type="link" onClick={() => turn(a, a.disabled, true)} data-testid={`account-${a.disabled ? "enable" : "disable"}-${a.login}`}>
                {a.disabled ? tAccounts.enable : tAccounts.disable}
              </Button>
            ) : null}
          </>
        );
      },
    },
  ];

  const add = manages ? (
    <Button type="primary" icon={<PlusOutlined />} onClick={() => setOpen({ what: "new" })} data-testid="account-create">
      {tAccounts.create}
    </Button>
  ) : null;
  return (
    <Page
      title={tAccounts.title}
      actions={add}
      fill
      toolbar={
        <>
          <Input
            data-search=""
            allowClear
            prefix={<SearchOutlined />}
            placeholder={tAccounts.search}
            aria-label={tAccounts.search}
            style={{ width: "17.1em" }}
            value={text}
            onChange={(e) => setText(e.target.value)}
            data-testid="account-search"
          />
          <Select
            allowClear
            aria-label={tAccounts.role}
            placeholder={tAccounts.roleAll}
            style={{ width: "10.7em" }}
            value={role ?? null}
            options={Object.entries(tRole).map(([value, label]) => ({ value, label }))}
            onChange={(next?: string) => change({ role: next })}
            data-testid="account-role-filter"
          />
        </>
      }
    >
      <PagedTable
        label={tAccounts.title}
        testId="accounts"
        items={items}
        query={query}
        columns={columns}
        rowKey={(a) => a.id}
        rowTestId={(a) => `account-row-${a.login}`}
        empty={
          <EmptyState title={tAccounts.empty} hint={tAccounts.emptyHint}>
            {add}
          </EmptyState>
        }
      />
      {open ? <AccountForm what={open.what} account={open.what === "new" ? undefined : open.account} onClose={() => setOpen(null)} /> : null}
    </Page>
  );
}
