import { beforeEach, describe, expect, test, vi } from "vitest";
import type { Code, Problem } from "../../api.gen";
import { CallError, platform } from "../../platform";
import { call, openGate, setGateEvents } from "../call";

const problem = (code: Code): Problem => ({ code, severity: "error", message: "" });
const events = { required: vi.fn(), locked: vi.fn(), mustChange: vi.fn() };

beforeEach(() => {
  vi.restoreAllMocks();
  for (const f of Object.values(events)) f.mockReset();
  setGateEvents(events);
});

describe("a call", () => {
  test("that meets a locked session is repeated once the person is back", async () => {
    const spy = vi.spyOn(platform, "call").mockRejectedValueOnce(new CallError([problem("session.locked")]));
    spy.mockResolvedValueOnce({ items: [] });
    const answer = call("district.list", {});
    await vi.waitFor(() => expect(events.locked).toHaveBeenCalledOnce());
    expect(spy).toHaveBeenCalledOnce();
    openGate(true);
    await expect(answer).resolves.toEqual({ items: [] });
  });

  test("is given up when another person signs in instead", async () => {
    vi.spyOn(platform, "call").mockRejectedValue(new CallError([problem("session.locked")]));
    const answer = call("district.list", {});
    await vi.waitFor(() => expect(events.locked).toHaveBeenCalledOnce());
    openGate(false);
    await expect(answer).rejects.toThrow("session.locked");
  });

  test("without a session leads to the sign-in page, with an old password to its change", async () => {
    vi.spyOn(platform, "call").mockRejectedValueOnce(new CallError([problem("session.required")]));
    await expect(call("district.list", {})).rejects.toBeInstanceOf(CallError);
    expect(events.required).toHaveBeenCalledOnce();
    vi.spyOn(platform, "call").mockRejectedValueOnce(new CallError([problem("password.must_change")]));
    await expect(call("district.list", {})).rejects.toBeInstanceOf(CallError);
    expect(events.mustChange).toHaveBeenCalledOnce();
  });
});
