// Signed out, signed in, password to change, locked: one place for the four.
import { useQueryClient } from "@tanstack/react-query";
import { Button, Form, Input, Modal, type InputRef } from "antd";
import { useCallback, useEffect, useMemo, useRef, useState } from "react";
import type { SessionView } from "../api.gen";
import { ChangePasswordPage, SignIn } from "../features/sign-in";
import type { HostState } from "../platform";
import { activity, call, openGate, setGateEvents } from "../shared/call";
import { Lines } from "../shared/components/feedback";
import { errorLines, LoadingState } from "../shared/components/states";
import { SessionContext, type SessionApi } from "../shared/session";
import { tCommon, tFrame } from "../shared/texts";
import { Frame } from "./frame";

export function SessionGate(props: { host: HostState }) {
  const client = useQueryClient();
  const [session, setSession] = useState<SessionView | null | undefined>(undefined);
  const [locked, setLocked] = useState(false);

  const leave = useCallback(() => {
    setSession(null);
    setLocked(false);
    openGate(false);
    client.clear();
  }, [client]);

  const lock = useCallback(() => setLocked(true), []);

  useEffect(() => {
    setGateEvents({
      required: leave,
      locked: lock,
      mustChange: () => setSession((s) => (s ? { ...s, mustChangePassword: true } : s)),
    });
    call("session.current", {}).then(setSession, () => setSession((s) => s ?? null));
  }, [leave, lock]);

  useIdle(session ?? null, locked, lock);

  const api = useMemo<SessionApi | null>(
    () =>
      session
        ? {
            session,
            can: (permission) => session.permissions.includes(permission),
            set: setSession,
            signOut: async () => {
              await call("session.signOut", {}).catch(() => undefined);
              leave();
              // The next person may see other pages and other schools.
              window.location.hash = "#/";
            },
          }
        : null,
    [session, leave],
  );

  if (session === undefined) return <LoadingState />;
  if (!api) {
    return (
      <SignIn
        host={props.host}
        onSignedIn={(next) => {
          client.clear();
          setSession(next);
        }}
      />
    );
  }
  return (
    <SessionContext value={api}>
      {api.session.mustChangePassword ? <ChangePasswordPage forced /> : <Frame host={props.host} />}
      {locked ? (
        <LockOverlay
          session={api.session}
          onResumed={(next) => {
            setSession(next);
            setLocked(false);
            openGate(true);
            void client.invalidateQueries();
          }}
          onLeave={() => void api.signOut()}
        />
      ) : null}
    </SessionContext>
  );
}

/** Covers the window after the idle time, and keeps the session awake while the person works without calls. */
function useIdle(session: SessionView | null, locked: boolean, lock: () => void): void {
  const minutes = session?.idleLockMinutes ?? 0;
  useEffect(() => {
    if (minutes <= 0 || locked) return;
    let lastSeen = Date.now();
    const seen = () => {
      lastSeen = Date.now();
    };
    const kinds = ["pointerdown", "pointermove", "keydown", "wheel"] as const;
    for (const kind of kinds) window.addEventListener(kind, seen, { passive: true });
    const timer = setInterval(() => {
      const now = Date.now();
      if (now - lastSeen > minutes * 60_000) lock();
      else if (lastSeen > activity.lastCall && now - activity.lastCall > Math.min(120_000, minutes * 20_000)) {
        call("session.current", {}).catch(() => undefined);
      }
    }, 15_000);
    return () => {
      clearInterval(timer);
      for (const kind of kinds) window.removeEventListener(kind, seen);
    };
  }, [minutes, locked, lock]);
}

function LockOverlay(props: { session: SessionView; onResumed: (session: SessionView) => void; onLeave: () => void }) {
  const [lines, setLines] = useState<string[]>([]);
  const [busy, setBusy] = useState(false);
  const input = useRef<InputRef>(null);
  return (
    <Modal
      open
      centered
      width={400}
      closable={false}
      keyboard={false}
      mask={{ closable: false, blur: true }}
      footer={null}
      title={tFrame.lockTitle}
      className="ek-lock"
      zIndex={3000}
      afterOpenChange={(open) => {
        if (open) input.current?.focus();
      }}
    >
      <p className="ek-faint">{tFrame.lockHint}</p>
      <p>
        <b>{props.session.displayName}</b> <span className="ek-faint">{props.session.login}</span>
      </p>
      <Form
        layout="vertical"
        onFinish={async ({ password }: { password: string }) => {
          setBusy(true);
          try {
            props.onResumed(await call("session.resume", { password }));
          } catch (thrown) {
            setLines(errorLines(thrown));
            input.current?.focus();
          } finally {
            setBusy(false);
          }
        }}
      >
        <Lines lines={lines} />
        <Form.Item name="password" label={tFrame.lockPassword} rules={[{ required: true, message: tCommon.required(tFrame.lockPassword) }]}>
          <Input.Password ref={input} autoFocus autoComplete="current-password" data-testid="lock-password" />
        </Form.Item>
        <div className="ek-row">
          <Button onClick={props.onLeave} data-testid="lock-leave">
            {tFrame.otherPerson}
          </Button>
          <span className="ek-grow" />
          <Button type="primary" htmlType="submit" loading={busy} data-testid="lock-submit">
            {tFrame.unlock}
          </Button>
        </div>
      </Form>
    </Modal>
  );
}
