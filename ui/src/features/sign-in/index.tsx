// 登录 and the change of one's own password.
import { CheckCircleFilled, LockOutlined, MinusCircleOutlined, UserOutlined } from "@ant-design/icons";
import { Button, Form, Input, type InputRef } from "antd";
import { useRef, useState } from "react";
import type { SessionView } from "../../api.gen";
import type { HostState } from "../../platform";
import { call } from "../../shared/call";
import { Brand } from "../../shared/components/brand";
import { applyProblems, Lines, useNotify } from "../../shared/components/feedback";
import { errorLines } from "../../shared/components/states";
import { useSession } from "../../shared/session";
import { tCommon, tFrame, tSignIn } from "../../shared/texts";

export function SignIn(props: { host: HostState; onSignedIn: (session: SessionView) => void }) {
  const { demoAccounts } = props.host;
  const [form] = Form.useForm<{ login: string; password: string }>();
  const [lines, setLines] = useState<string[]>([]);
  const [busy, setBusy] = useState<string | null>(null);
  const [caps, setCaps] = useState(false);
  const password = useRef<InputRef>(null);
  const signIn = async (login: string, secret: string) => {
    setBusy(login);
    setLines([]);
    try {
      props.onSignedIn((await call("session.signIn", { login: login.trim(), password: secret })).session);
    } catch (thrown) {
      setLines(errorLines(thrown));
      setBusy(null);
      password.current?.focus({ cursor: "all" });
    }
  };
  return (
    <div className="ek-door">
      <div className="ek-door-side">
        <Brand large />
        <p>{tSignIn.intro}</p>
      </div>
      <main className="ek-door-main">
        <div className="ek-door-box">
          <h1>{tSignIn.title}</h1>
          <Form form={form} layout="vertical" size="large" onFinish={(v) => void signIn(v.login, v.password)}>
            <Lines lines={lines} />
            <Form.Item name="login" label={tSignIn.login} rules={[{ required: true, message: tCommon.required(tSignIn.login) }]}>
              <Input autoFocus prefix={<UserOutlined />} autoComplete="username" spellCheck={false} data-testid="sign-in-login" />
            </Form.Item>
            <Form.Item
              name="password"
              label={tSignIn.password}
              rules={[{ required: true, message: tCommon.required(tSignIn.password) }]}
              extra={caps ? tSignIn.capsLock : undefined}
            >
              <Input.Password
                ref={password}
                prefix={<LockOutlined />}
                autoComplete="current-password"
                data-testid="sign-in-password"
                onKeyUp={(e) => setCaps(e.getModifierState("CapsLock"))}
              />
            </Form.Item>
            <Button type="primary" htmlType="submit" block loading={busy !== null} data-testid="sign-in-submit">
              {tSignIn.submit}
            </Button>
          </Form>
          {demoAccounts && demoAccounts.length > 0 ? (
            <section className="ek-demo-list" aria-label={tSignIn.demoTitle}>
              <h2>{tSignIn.demoTitle}</h2>
              <div>
                {demoAccounts.map((a) => (
                  <button
                    key={a.login}
                    type="button"
                    disabled={busy !== null}
                    onClick={() => void signIn(a.login, a.password)}
                    data-testid={`demo-${a.login}`}
                  >
                    <b>{a.roleName}</b>
                    <span>{a.login}</span>
                  </button>
                ))}
              </div>
              <p className="ek-faint">{tSignIn.demoNote}</p>
            </section>
          ) : null}
        </div>
        {props.host.dataDir ? (
          <p className="ek-door-foot ek-faint">
            {tSignIn.dataDir} <span>{props.host.dataDir}</span> <span>{props.host.version}</span>
          </p>
        ) : null}
      </main>
    </div>
  );
}

/** The rules shown while typing; the backend decides. */
export function PasswordRules(props: { password: string; repeat: string; login?: string | undefined }) {
  const { password, repeat, login } = props;
  const kinds = [/[a-z]/, /[A-Z]/, /\d/, /[^a-zA-Z\d]/].filter((kind) => kind.test(password)).length;
  const rules = [
    { text: tSignIn.ruleLength, ok: [...password].length >= 10 },
    { text: tSignIn.ruleClasses, ok: kinds >= 3 },
    { text: tSignIn.ruleLogin, ok: password !== "" && (!login || !password.toLowerCase().includes(login.toLowerCase())) },
    { text: tSignIn.ruleSame, ok: password !== "" && password === repeat },
  ];
  return (
    <ul className="ek-rules" aria-live="polite">
      {rules.map((r) => (
        <li key={r.text} data-ok={r.ok}>
          {r.ok ? <CheckCircleFilled /> : <MinusCircleOutlined />} {r.text}
        </li>
      ))}
    </ul>
  );
}

type Change = { current: string; new: string; repeat: string };

export function ChangePasswordForm(props: { onDone: () => void; onCancel?: () => void }) {
  const { session, set } = useSession();
  const notify = useNotify();
  const [form] = Form.useForm<Change>();
  const [lines, setLines] = useState<string[]>([]);
  const [busy, setBusy] = useState(false);
  const next = Form.useWatch("new", form) ?? "";
  const repeat = Form.useWatch("repeat", form) ?? "";
  return (
    <Form
      form={form}
      layout="vertical"
      onFinish={async (v) => {
        setBusy(true);
        setLines([]);
        try {
          const view = await call("account.changePassword", { current: v.current, new: v.new });
          notify.done(tSignIn.changed);
          set(view);
          props.onDone();
        } catch (thrown) {
          setLines(applyProblems(form, thrown, ["current", "new"]));
        } finally {
          setBusy(false);
        }
      }}
    >
      <Lines lines={lines} />
      <Form.Item name="current" label={tSignIn.current} rules={[{ required: true, message: tCommon.required(tSignIn.current) }]}>
        <Input.Password autoFocus autoComplete="current-password" data-testid="password-current" />
      </Form.Item>
      <Form.Item name="new" label={tSignIn.new} rules={[{ required: true, message: tCommon.required(tSignIn.new) }]}>
        <Input.Password autoComplete="new-password" data-testid="password-new" />
      </Form.Item>
      <Form.Item
        name="repeat"
        label={tSignIn.repeat}
        dependencies={["new"]}
        rules={[
          { required: true, message: tCommon.required(tSignIn.repeat) },
          ({ getFieldValue }) => ({
            validator: (_, value) =>
              !value || value === getFieldValue("new") ? Promise.resolve() : Promise.reject(new Error(tSignIn.mismatch)),
          }),
        ]}
      >
        <Input.Password autoComplete="new-password" data-testid="password-repeat" />
      </Form.Item>
      <PasswordRules password={next} repeat={repeat} login={session.login} />
      <div className="ek-row">
        <span className="ek-grow" />
        {props.onCancel ? <Button onClick={props.onCancel}>{tCommon.cancel}</Button> : null}
        <Button type="primary" htmlType="submit" loading={busy} data-testid="password-submit">
          {tSignIn.changeSubmit}
        </Button>
      </div>
    </Form>
  );
}

export function ChangePasswordPage(props: { forced?: boolean }) {
  const { session, signOut } = useSession();
  return (
    <div className="ek-door" data-testid="password-page">
      <div className="ek-door-side">
        <Brand large />
        <p>{tSignIn.intro}</p>
      </div>
      <main className="ek-door-main">
        <div className="ek-door-box">
          <h1>{props.forced ? tSignIn.changeTitle : tSignIn.changeOwn}</h1>
          <p className="ek-faint">
            {session.displayName} · {tSignIn.changeHint}
          </p>
          <ChangePasswordForm onDone={() => undefined} />
          <Button type="link" onClick={() => void signOut()}>
            {tFrame.signOut}
          </Button>
        </div>
      </main>
    </div>
  );
}
