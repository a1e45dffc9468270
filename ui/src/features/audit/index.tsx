// 审计: what was done and refused, by whom; whether the record is whole.
import { DownloadOutlined, SafetyCertificateOutlined, SearchOutlined } from "@ant-design/icons";
import { App, Button, DatePicker, Input, Select } from "antd";
import dayjs from "dayjs";
import { useState } from "react";
import type { AuditView } from "../../api.gen";
import { platform } from "../../platform";
import { call } from "../../shared/call";
import type { Column } from "../../shared/components/data-table";
import { useNotify } from "../../shared/components/feedback";
import { Page } from "../../shared/components/page";
import { PagedTable } from "../../shared/components/paged-table";
import { EmptyState } from "../../shared/components/states";
import { Tag } from "../../shared/components/tags";
import { moment } from "../../shared/formatting";
import { useDebounced } from "../../shared/hooks";
import { runJob } from "../../shared/jobs";
import { usePages } from "../../shared/query";
import { useParams } from "../../shared/router";
import { useScope } from "../../shared/scope";
import { useSession } from "../../shared/session";
import { tAudit, tCommon, tOrders } from "../../shared/texts";

const COLUMNS: Column<AuditView>[] = [
  { key: "at", title: tAudit.col.at, width: 146, render: (a) => moment(a.at) },
  { key: "login", title: tAudit.col.login, width: 136, render: (a) => a.login ?? tAudit.system },
  { key: "op", title: tAudit.col.op, width: 130, render: (a) => a.opName },
  { key: "outcome", title: tAudit.col.outcome, width: 88, render: (a) => <Tag tone={a.outcome === "done" ? "done" : "bad"}>{tAudit.outcome[a.outcome]}</Tag> },
  { key: "summary", title: tAudit.col.summary, min: 280, render: (a) => a.summary || tCommon.none },
  { key: "address", title: tAudit.col.address, width: 96, render: (a) => (a.address === "local" ? tAudit.local : a.address) },
  { key: "sealed", title: tAudit.col.sealed, width: 80, render: (a) => <span className={a.sealed ? "ek-faint" : "ek-warn"}>{a.sealed ? tAudit.sealed : tAudit.unsealed}</span> },
];

export function Audit() {
  const scope = useScope();
  const { can } = useSession();
  const notify = useNotify();
  const { modal } = App.useApp();
  const [params, change] = useParams();
  const [login, setLogin] = useState("");
  const settled = useDebounced(login.trim());
  const [busy, setBusy] = useState(false);
  const outcome = params.get("outcome");
  const from = params.get("from");
  const to = params.get("to");
  const span = {
    ...(from ? { from } : {}),
    ...(to ? { to } : {}),
    ...(scope.district ? { district: scope.district } : {}),
  };
  const { query, items } = usePages("audit.list", {
    limit: 100,
    ...span,
    ...(outcome ? { outcome } : {}),
    ...(settled ? { login: settled } : {}),
  });

  const verify = async () => {
    setBusy(true);
    try {
      const res = await runJob("audit.verify", scope.district ? { district: scope.district } : {}, tAudit.verify);
      if (res.intact) modal.success({ title: tAudit.intactTitle, content: <span data-testid="audit-intact">{tAudit.intact(res.entries, res.purged)}</span>, okText: tCommon.close });
      else modal.error({ title: tAudit.brokenTitle, content: <span data-testid="audit-broken">{tAudit.broken(res.entries, res.firstBroken ?? tCommon.none)}</span>, okText: tCommon.close });
    } catch (thrown) {
      notify.failed(thrown);
    } finally {
      setBusy(false);
    }
  };
  const exportRows = async () => {
    try {
      const res = await call("audit.export", span);
      const saved = await platform.saveBlob(res.blobId, res.fileName);
      if (saved) notify.done(`${tCommon.exported(res.rows)}\uFF0C${tCommon.saved(saved.path)}`);
    } catch (thrown) {
      notify.failed(thrown);
    }
  };

  return (
    <Page
      title={tAudit.title}
      actions={
        <>
          {can("verify_audit") ? (
            <Button icon={<SafetyCertificateOutlined />} loading={busy} onClick={() => void verify()} data-testid="audit-verify">
              {busy ? tAudit.verifying : tAudit.verify}
            </Button>
          ) : null}
          <Button icon={<DownloadOutlined />} onClick={() => void exportRows()} data-testid="audit-export">
            {tAudit.export}
          </Button>
        </>
      }
      fill
      toolbar={
        <>
          <DatePicker.RangePicker
            allowEmpty={[true, true]}
            format="YYYY-MM-DD"
            value={[from ? dayjs(from) : null, to ? dayjs(to) : null]}
            placeholder={[tOrders.from, tOrders.to]}
            onChange={(days) => change({ from: days?.[0]?.format("YYYY-MM-DD"), to: days?.[1]?.format("YYYY-MM-DD") })}
            data-testid="audit-range"
          />
          <Input
            data-search=""
            allowClear
            prefix={<SearchOutlined />}
            placeholder={tAudit.login}
            aria-label={tAudit.login}
            style={{ width: "12.9em" }}
            value={login}
            onChange={(e) => setLogin(e.target.value)}
            data-testid="audit-login"
          />
          <Select
            allowClear
            aria-label={tAudit.col.outcome}
            placeholder={tAudit.outcomeAll}
            style={{ width: "9.3em" }}
            value={outcome}
            options={Object.entries(tAudit.outcome).map(([value, label]) => ({ value, label }))}
            onChange={(next?: string) => change({ outcome: next })}
            data-testid="audit-outcome"
          />
        </>
      }
    >
      <PagedTable
        label={tAudit.title}
        testId="audit"
        items={items}
        query={query}
        columns={COLUMNS}
        rowKey={(a) => a.id}
        rowTestId={(a) => `audit-row-${a.id}`}
        empty={<EmptyState title={tAudit.empty} hint={tAudit.emptyHint} />}
      />
    </Page>
  );
}
