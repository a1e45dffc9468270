// 第一次使用: districts, the first administrator, the recovery code.
import { CopyOutlined, DeleteOutlined, PlusOutlined, PrinterOutlined } from "@ant-design/icons";
import { Alert, Button, Checkbox, Form, Input, Steps } from "antd";
import { useState } from "react";
import { platform, type HostState } from "../../platform";
import { Brand } from "../../shared/components/brand";
import { applyProblems, Lines, useNotify } from "../../shared/components/feedback";
import { presetRange } from "../../shared/formatting";
import { tCommon, tFirst, tSignIn } from "../../shared/texts";
import { PasswordRules } from "../sign-in";

type District = { code: string; name: string };
type Admin = { schoolYear: string; displayName: string; login: string; password: string; repeat: string; passphrase?: string; passphraseRepeat?: string };

function currentYear(): string {
  const start = Number(presetRange("year", Date.now())[0].slice(0, 4));
  return `${start}-${start + 1}`;
}

export function FirstStart(props: { host: HostState; onReady: () => void }) {
  const [step, setStep] = useState(0);
  const [districts, setDistricts] = useState<District[]>([]);
  const [code, setCode] = useState("");
  return (
    <div className="ek-door">
      <div className="ek-door-side">
        <Brand large />
        <p>{tFirst.lead}</p>
      </div>
      <main className="ek-door-main">
        <div className="ek-door-box ek-door-wide">
          <h1>{tFirst.welcome}</h1>
          <Steps
            size="small"
            current={step}
            className="ek-steps"
            items={[{ title: tFirst.stepDistricts }, { title: tFirst.stepAdmin }, { title: tFirst.stepDone }]}
          />
          {step === 0 ? (
            <Districts
              initial={districts}
              onNext={(list) => {
                setDistricts(list);
                setStep(1);
              }}
            />
          ) : step === 1 ? (
            <AdminForm
              host={props.host}
              districts={districts}
              onBack={() => setStep(0)}
              onDone={(recovery) => {
                setCode(recovery);
                setStep(2);
              }}
            />
          ) : (
            <Recovery code={code} onReady={props.onReady} />
          )}
        </div>
      </main>
    </div>
  );
}

function Districts(props: { initial: District[]; onNext: (list: District[]) => void }) {
  const [form] = Form.useForm<{ districts: District[] }>();
  const [lines, setLines] = useState<string[]>([]);
  const rows = Form.useWatch("districts", form) ?? [];
  const addSample = (code: string, name: string) => {
    const list = (form.getFieldValue("districts") as District[]).filter((d) => d?.code || d?.name);
    form.setFieldsValue({ districts: [...list, { code, name }] });
    setLines([]);
  };
  return (
    <Form
      form={form}
      layout="vertical"
      initialValues={{ districts: props.initial.length > 0 ? props.initial : [{ code: "", name: "" }] }}
      onFinish={(v) => {
        const list = v.districts.map((d) => ({ code: d.code.trim(), name: d.name.trim() }));
        if (list.length === 0) setLines([tFirst.districtNone]);
        else props.onNext(list);
      }}
    >
      <p className="ek-faint">{tFirst.districtsHint}</p>
      <Lines lines={lines} />
      <div className="ek-samples">
        <span className="ek-faint">{tFirst.samples}</span>
        {tFirst.sampleNames.map(([code, name]) => (
          <Button
            key={code}
            size="small"
            disabled={rows.some((r) => r?.code === code)}
            onClick={() => addSample(code, name)}
            data-testid={`first-sample-${code}`}
          >
            {name}
          </Button>
        ))}
      </div>
      <Form.List name="districts">
        {(fields, { add, remove }) => (
          <div className="ek-district-rows">
            {fields.map((field) => (
              <div className="ek-district-row" key={field.key}>
                <Form.Item
                  name={[field.name, "code"]}
                  label={field.name === 0 ? tFirst.districtCode : undefined}
                  validateTrigger="onBlur"
                  rules={[
                    { required: true, message: tCommon.required(tFirst.districtCode) },
                    { pattern: /^\s*\d{6}\s*$/, message: tFirst.codeShape },
                    {
                      validator: (_, value: string) =>
                        value && rows.filter((r) => r?.code?.trim() === value.trim()).length > 1
                          ? Promise.reject(new Error(tFirst.codeTwice))
                          : Promise.resolve(),
                    },
                  ]}
                >
                  <Input autoFocus={field.name === 0} inputMode="numeric" maxLength={8} data-testid={`first-district-code-${field.name}`} aria-label={tFirst.districtCode} />
                </Form.Item>
                <Form.Item
                  name={[field.name, "name"]}
                  label={field.name === 0 ? tFirst.districtName : undefined}
                  rules={[{ required: true, whitespace: true, message: tCommon.required(tFirst.districtName) }]}
                >
                  <Input data-testid={`first-district-name-${field.name}`} aria-label={tFirst.districtName} />
                </Form.Item>
                <Button type="text" icon={<DeleteOutlined />} aria-label={tCommon.remove} disabled={fields.length === 1} onClick={() => remove(field.name)} />
              </div>
            ))}
            <Button type="dashed" icon={<PlusOutlined />} onClick={() => add({ code: "", name: "" })} data-testid="first-district-add">
              {tFirst.addDistrict}
            </Button>
          </div>
        )}
      </Form.List>
      <div className="ek-row ek-door-actions">
        <span className="ek-grow" />
        <Button type="primary" htmlType="submit" data-testid="first-next">
          {tCommon.next}
        </Button>
      </div>
    </Form>
  );
}

function AdminForm(props: { host: HostState; districts: District[]; onBack: () => void; onDone: (code: string) => void }) {
  const [form] = Form.useForm<Admin>();
  const [lines, setLines] = useState<string[]>([]);
  const [busy, setBusy] = useState(false);
  const login = Form.useWatch("login", form) ?? "";
  const password = Form.useWatch("password", form) ?? "";
  const repeat = Form.useWatch("repeat", form) ?? "";
  return (
    <Form
      form={form}
      layout="vertical"
      initialValues={{ schoolYear: currentYear() }}
      onFinish={async (v) => {
        setBusy(true);
        setLines([]);
        try {
          const { recoveryCode } = await platform.hostInit({
            districts: props.districts,
            login: v.login.trim(),
            displayName: v.displayName.trim(),
            password: v.password,
            schoolYear: v.schoolYear.trim(),
            ...(v.passphrase ? { passphrase: v.passphrase } : {}),
          });
          props.onDone(recoveryCode);
        } catch (thrown) {
          setLines(applyProblems(form, thrown, ["schoolYear", "displayName", "login", "password", "passphrase"]));
          setBusy(false);
        }
      }}
    >
      <p className="ek-faint ek-lines">{tFirst.adminHint}</p>
      <Lines lines={lines} />
      <div className="ek-two">
        <Form.Item name="displayName" label={tFirst.displayName} rules={[{ required: true, whitespace: true, message: tCommon.required(tFirst.displayName) }]}>
          <Input autoFocus autoComplete="off" data-testid="first-display-name" />
        </Form.Item>
        <Form.Item name="login" label={tSignIn.login} rules={[{ required: true, whitespace: true, message: tCommon.required(tSignIn.login) }]}>
          <Input autoComplete="username" spellCheck={false} data-testid="first-login" />
        </Form.Item>
        <Form.Item name="password" label={tSignIn.password} rules={[{ required: true, message: tCommon.required(tSignIn.password) }]}>
          <Input.Password autoComplete="new-password" data-testid="first-password" />
        </Form.Item>
        <Form.Item
          name="repeat"
          label={tFirst.repeat}
          dependencies={["password"]}
          rules={[
            { required: true, message: tCommon.required(tFirst.repeat) },
            ({ getFieldValue }) => ({
              validator: (_, value) =>
                !value || value === getFieldValue("password") ? Promise.resolve() : Promise.reject(new Error(tSignIn.mismatch)),
            }),
          ]}
        >
          <Input.Password autoComplete="new-password" data-testid="first-password-repeat" />
        </Form.Item>
      </div>
      <PasswordRules password={password} repeat={repeat} login={login} />
      <Form.Item
        name="schoolYear"
        label={tFirst.schoolYear}
        rules={[
          { required: true, message: tCommon.required(tFirst.schoolYear) },
          { pattern: /^\s*\d{4}-\d{4}\s*$/, message: tFirst.yearShape },
        ]}
      >
        <Input className="ek-short" data-testid="first-school-year" />
      </Form.Item>
      {props.host.needsPassphrase ? (
        <>
          <Alert type="warning" showIcon className="ek-lines" title={tFirst.passphraseTitle} description={tFirst.passphraseHint} />
          <div className="ek-two">
            <Form.Item
              name="passphrase"
              label={tFirst.passphrase}
              rules={[
                { required: true, message: tCommon.required(tFirst.passphrase) },
                { min: 10, message: tFirst.passphraseShort },
              ]}
            >
              <Input.Password autoComplete="off" data-testid="first-passphrase" />
            </Form.Item>
            <Form.Item
              name="passphraseRepeat"
              label={tFirst.passphraseRepeat}
              dependencies={["passphrase"]}
              rules={[
                { required: true, message: tCommon.required(tFirst.passphraseRepeat) },
                ({ getFieldValue }) => ({
                  validator: (_, value) =>
                    !value || value === getFieldValue("passphrase") ? Promise.resolve() : Promise.reject(new Error(tSignIn.ruleSame)),
                }),
              ]}
            >
              <Input.Password autoComplete="off" data-testid="first-passphrase-repeat" />
            </Form.Item>
          </div>
        </>
      ) : null}
      <div className="ek-row ek-door-actions">
        <Button onClick={props.onBack}>{tCommon.previous}</Button>
        <span className="ek-grow" />
        <Button type="primary" htmlType="submit" loading={busy} data-testid="first-create">
          {busy ? tFirst.creating : tFirst.create}
        </Button>
      </div>
    </Form>
  );
}

function Recovery(props: { code: string; onReady: () => void }) {
  const notify = useNotify();
  const [noted, setNoted] = useState(false);
  return (
    <div className="ek-recovery">
      <h2>{tFirst.recoveryTitle}</h2>
      <p>{tFirst.recoveryHint}</p>
      <output className="ek-recovery-code" data-testid="first-recovery-code">
        {props.code}
      </output>
      <p className="ek-print-only">{tFirst.recoveryPrintNote}</p>
      <div className="ek-row ek-no-print">
        <Button
          icon={<CopyOutlined />}
          onClick={() => void navigator.clipboard.writeText(props.code).then(() => notify.done(tCommon.copied), notify.failed)}
          data-testid="first-recovery-copy"
        >
          {tCommon.copy}
        </Button>
        <Button icon={<PrinterOutlined />} onClick={() => window.print()}>
          {tCommon.print}
        </Button>
      </div>
      <div className="ek-row ek-door-actions ek-no-print">
        <Checkbox checked={noted} onChange={(e) => setNoted(e.target.checked)} data-testid="first-recovery-noted">
          {tFirst.recoveryNoted}
        </Checkbox>
        <span className="ek-grow" />
        <Button type="primary" disabled={!noted} onClick={props.onReady} data-testid="first-finish">
          {tFirst.recoveryGo}
        </Button>
      </div>
    </div>
  );
}
