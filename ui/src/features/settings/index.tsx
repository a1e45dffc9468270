// 设置: each with what it does, its default, and for whom it holds.
import { Button, Input, InputNumber, Segmented, Select } from "antd";
import { useState } from "react";
import type { SettingView } from "../../api.gen";
import { useNotify } from "../../shared/components/feedback";
import { Page } from "../../shared/components/page";
import { EmptyState, errorLines, QueryView } from "../../shared/components/states";
import { Tag } from "../../shared/components/tags";
import { useAction, useOp } from "../../shared/query";
import { useParams } from "../../shared/router";
import { useScope } from "../../shared/scope";
import { useSession } from "../../shared/session";
import { tCommon, tSettings } from "../../shared/texts";

const parts = (v: string) => v.split(",").filter((part) => part !== "");
const nameOf = (s: SettingView, v: string) => s.choices?.find((c) => c.value === v)?.name ?? v;
const shown = (s: SettingView, v: string) => (s.several ? parts(v).map((part) => nameOf(s, part)).join("\u3001") || tSettings.nothing : nameOf(s, v));

export function Settings() {
  const scope = useScope();
  const { can } = useSession();
  const [params, change] = useParams();
  const city = can("manage_districts");
  const district = params.get("for") ?? scope.school?.district ?? scope.district ?? (city ? undefined : scope.districts[0]?.code);
  const query = useOp("setting.list", scope.loading && !city ? null : district ? { district } : {});
  return (
    <Page
      title={tSettings.title}
      toolbar={
        <>
          <span className="ek-label">{tSettings.where}</span>
          <Select
            aria-label={tSettings.where}
            style={{ width: "14.3em" }}
            value={district ?? ""}
            onChange={(d) => change({ for: d || undefined, d: undefined, s: undefined })}
            options={[...(city ? [{ value: "", label: tSettings.city }] : []), ...scope.districts.map((d) => ({ value: d.code, label: d.name }))]}
            data-testid="settings-district"
          />
        </>
      }
    >
      <QueryView query={query}>
        {(data) =>
          data.items.length === 0 ? (
            <EmptyState title={tSettings.empty} hint={tSettings.emptyHint} />
          ) : (
            <ul className="ek-settings" data-testid="settings">
              {data.items.map((s) => (
                <Setting key={`${s.key}-${district ?? ""}-${s.value}`} setting={s} district={district} />
              ))}
            </ul>
          )
        }
      </QueryView>
    </Page>
  );
}

function Setting(props: { setting: SettingView; district: string | undefined }) {
  const { setting: s, district } = props;
  const [value, setValue] = useState(s.value);
  const [lines, setLines] = useState<string[]>([]);
  const save = useAction("setting.set");
  const notify = useNotify();
  const put = (next: string, undoable: boolean) => {
    setLines([]);
    save.mutate(
      { key: s.key, value: next.trim(), ...(district ? { district } : {}) },
      {
        onSuccess: () => notify.done(tSettings.saved(s.name), undoable ? () => put(s.value, false) : undefined),
        onError: (thrown) => setLines(errorLines(thrown)),
      },
    );
  };
  const changed = value !== s.value;
  const number = s.min !== undefined || s.max !== undefined;
  return (
    <li className="ek-setting" data-testid={`setting-${s.key}`}>
      <div className="ek-setting-text">
        <b>{s.name}</b>
        {s.value === s.defaultValue ? null : (
          <>
            {" "}
            <Tag tone="info">{tSettings.changed}</Tag>
          </>
        )}
        <p className="ek-faint">{s.note}</p>
        {lines.map((line) => (
          <p className="ek-bad" role="alert" key={line}>
            {line}
          </p>
        ))}
      </div>
      <form
        className="ek-setting-value"
        onSubmit={(e) => {
          e.preventDefault();
          if (changed) put(value, true);
        }}
      >
        <div>
          {s.choices && s.several ? (
            <Select
              mode="multiple"
              value={parts(value)}
              onChange={(next) => setValue((s.choices ?? []).map((c) => c.value).filter((v) => next.includes(v)).join(","))}
              options={s.choices.map((c) => ({ value: c.value, label: c.name }))}
              style={{ width: "24em" }}
              aria-label={s.name}
              data-testid={`setting-value-${s.key}`}
            />
          ) : s.choices ? (
            s.choices.length <= 4 ? (
              <Segmented value={value} onChange={setValue} options={s.choices.map((c) => ({ value: c.value, label: c.name }))} data-testid={`setting-value-${s.key}`} />
            ) : (
              <Select value={value} onChange={setValue} options={s.choices.map((c) => ({ value: c.value, label: c.name }))} style={{ width: "14.3em" }} aria-label={s.name} data-testid={`setting-value-${s.key}`} />
            )
          ) : number ? (
            <InputNumber<string>
              stringMode
              precision={0}
              value={value}
              onChange={(v) => setValue(v ?? "")}
              style={{ width: "11.4em" }}
              aria-label={s.name}
              data-testid={`setting-value-${s.key}`}
            />
          ) : (
            <Input value={value} onChange={(e) => setValue(e.target.value)} style={{ width: "17.1em" }} aria-label={s.name} data-testid={`setting-value-${s.key}`} />
          )}
          <div className="ek-faint ek-setting-range">
            {tSettings.defaultValue(shown(s, s.defaultValue))}
            {s.min !== undefined && s.max !== undefined ? ` · ${tSettings.range(s.min, s.max)}` : ""}
          </div>
        </div>
        <Button type={changed ? "primary" : "default"} htmlType="submit" disabled={!changed} loading={save.isPending} data-testid={`setting-save-${s.key}`}>
          {tCommon.save}
        </Button>
      </form>
    </li>
  );
}
