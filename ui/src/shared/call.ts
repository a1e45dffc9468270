// Every call of a page goes through here, so that a lost or locked session is handled once.
import { CallError, platform, type CallOptions, type OpName, type Req, type Res } from "../platform";

type GateEvents = { required: () => void; locked: () => void; mustChange: () => void };
let events: GateEvents = { required: () => undefined, locked: () => undefined, mustChange: () => undefined };
let unlocked: { promise: Promise<boolean>; done: (ok: boolean) => void } | null = null;

/** The frame says what is to happen; a second registration replaces the first. */
export function setGateEvents(next: GateEvents): void {
  events = next;
}

/** Opens the gate again: calls that met a locked session are repeated (ok) or given up. */
export function openGate(ok: boolean): void {
  unlocked?.done(ok);
  unlocked = null;
}

/** Time of the last call, for keeping the session awake while the person is reading. */
export const activity = { lastCall: 0 };

function withResolvers(): { promise: Promise<boolean>; resolve: (ok: boolean) => void } {
  let resolve: (ok: boolean) => void = Boolean;
  const promise = new Promise<boolean>((r) => {
    resolve = r;
  });
  return { promise, resolve };
}

function waitUnlocked(): Promise<boolean> {
  if (!unlocked) {
    const { promise, resolve } = withResolvers();
    unlocked = { promise, done: resolve };
  }
  return unlocked.promise;
}

/**
 * Calls an operation. `session.locked` shows the lock and repeats the call once the person is back, so
 * nothing typed is lost; `session.required` leads to the sign-in page.
 */
export async function call<K extends OpName>(op: K, req: Req<K>, opts?: CallOptions): Promise<Res<K>> {
  activity.lastCall = Date.now();
  try {
    return await platform.call(op, req, opts);
  } catch (thrown) {
    if (thrown instanceof CallError) {
      if (thrown.has("session.locked") && op !== "session.resume") {
        events.locked();
        if (await waitUnlocked()) {
          opts?.signal?.throwIfAborted();
          return call(op, req, opts);
        }
      } else if (thrown.has("session.required")) events.required();
      else if (thrown.has("password.must_change")) events.mustChange();
    }
    throw thrown;
  }
}
