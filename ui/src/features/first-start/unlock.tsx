// The data key is protected by a passphrase, or this is another user or PC: ask once.
import { Button, Form, Input, Segmented } from "antd";
import { useState } from "react";
import { platform, type HostState } from "../../platform";
import { Brand } from "../../shared/components/brand";
import { Lines } from "../../shared/components/feedback";
import { errorLines } from "../../shared/components/states";
import { tCommon, tFirst } from "../../shared/texts";

export function Unlock(props: { host: HostState; onReady: () => void }) {
  const [by, setBy] = useState<"passphrase" | "recovery">(props.host.keyStore === "passphrase" ? "passphrase" : "recovery");
  const [lines, setLines] = useState<string[]>([]);
  const [busy, setBusy] = useState(false);
  const label = by === "passphrase" ? tFirst.byPassphrase : tFirst.byRecovery;
  return (
    <div className="ek-door">
      <div className="ek-door-side">
        <Brand large />
      </div>
      <main className="ek-door-main">
        <div className="ek-door-box">
          <h1>{tFirst.lockedTitle}</h1>
          <p className="ek-faint">{tFirst.lockedHint}</p>
          <Segmented
            block
            className="ek-lines"
            value={by}
            onChange={setBy}
            options={[
              { value: "passphrase" as const, label: tFirst.byPassphrase },
              { value: "recovery" as const, label: tFirst.byRecovery },
            ]}
            data-testid="unlock-by"
          />
          <Form
            key={by}
            layout="vertical"
            size="large"
            onFinish={async ({ secret }: { secret: string }) => {
              setBusy(true);
              setLines([]);
              try {
                await platform.hostUnlock(by === "passphrase" ? { passphrase: secret } : { recoveryCode: secret.trim() });
                props.onReady();
              } catch (thrown) {
                setLines(errorLines(thrown));
                setBusy(false);
              }
            }}
          >
            <Lines lines={lines} />
            <Form.Item name="secret" label={label} rules={[{ required: true, message: tCommon.required(label) }]}>
              {by === "passphrase" ? (
                <Input.Password autoFocus autoComplete="off" data-testid="unlock-secret" />
              ) : (
                <Input autoFocus autoComplete="off" spellCheck={false} data-testid="unlock-secret" />
              )}
            </Form.Item>
            <Button type="primary" htmlType="submit" block loading={busy} data-testid="unlock-submit">
              {tFirst.open}
            </Button>
          </Form>
        </div>
      </main>
    </div>
  );
}
