// Pages against a made-up host: what is sent, and what is done with the answer.
import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { fireEvent, render, screen, waitFor } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import type { ReactNode } from "react";
import { beforeEach, expect, test, vi } from "vitest";
import type { ClassView, Code, Permission, Problem, SessionView } from "../../api.gen";
import { Board } from "../../features/classes/board";
import { SignIn } from "../../features/sign-in";
import { CallError, platform, type HostState } from "../../platform";
import { SessionContext } from "../../shared/session";
import { tClasses, tSignIn } from "../../shared/texts";
import { ENTRIES } from "../routes";
import { ThemeRoot } from "../theme";

const host: HostState = { state: "ready", dataDir: "/tmp", version: "0", keyStore: "keyring", needsPassphrase: false };
const session = (permissions: Permission[]): SessionView => ({
  accountId: "a",
  login: "zhoumin",
  displayName: "周敏",
  grants: [],
  permissions,
  mustChangePassword: false,
  expiresAt: 0,
  idleLockMinutes: 15,
  demo: false,
});
const api = (permissions: Permission[]) => ({
  session: session(permissions),
  can: (p: Permission) => permissions.includes(p),
  set: () => undefined,
  signOut: () => Promise.resolve(),
});
const problem = (code: Code, message: string, field?: string): Problem => ({ code, severity: "error", message, ...(field ? { field } : {}) });

function show(node: ReactNode) {
  return render(
    <ThemeRoot>
      <QueryClientProvider client={new QueryClient()}>
        <SessionContext value={api(["manage_classes"])}>{node}</SessionContext>
      </QueryClientProvider>
    </ThemeRoot>,
  );
}

beforeEach(() => void vi.restoreAllMocks());

test("sign-in sends what was typed and shows the refusal", async () => {
  const call = vi.spyOn(platform, "call").mockRejectedValueOnce(new CallError([problem("sign_in.refused", "登录名或密码不对。")]));
  const done = vi.fn();
  show(<SignIn host={host} onSignedIn={done} />);
  await userEvent.type(screen.getByTestId("sign-in-login"), " zhoumin ");
  await userEvent.type(screen.getByTestId("sign-in-password"), "Secret 12345{Enter}");
  expect(await screen.findByText("登录名或密码不对。")).toBeInTheDocument();
  expect(call.mock.calls[0]?.slice(0, 2)).toEqual(["session.signIn", { login: "zhoumin", password: "Secret 12345" }]);
  call.mockResolvedValueOnce({ token: "", session: session([]) });
  await userEvent.click(screen.getByTestId("sign-in-submit"));
  await waitFor(() => expect(done).toHaveBeenCalledOnce());
});

test("sign-in asks for both fields at once", async () => {
  const call = vi.spyOn(platform, "call");
  show(<SignIn host={host} onSignedIn={() => undefined} />);
  await userEvent.click(screen.getByTestId("sign-in-submit"));
  expect(await screen.findByText(`请填写${tSignIn.login}`)).toBeInTheDocument();
  expect(screen.getByText(`请填写${tSignIn.password}`)).toBeInTheDocument();
  expect(call).not.toHaveBeenCalled();
});

const keys = (permissions: Permission[]) => ENTRIES.filter((e) => e.allowed(api(permissions))).map((e) => e.key);
test("the menu follows the permissions", () => {
  expect(keys(["read_audit"])).toEqual(["home", "audit"]);
  expect(keys(["confirm_orders", "read_orders", "read_extensions", "read_pupils"])).toEqual(["home", "pupils", "orders-confirm", "orders", "extensions"]);
  expect(keys(["manage_classes", "enter_pupils"])).toEqual(["home", "organisation", "import-new", "entry", "imports", "photos", "registrations", "transfers"]);
});

const grade = { id: "g7", number: 7, name: "七年级", graduating: false, manualPromotion: false };
const used: ClassView = { id: "c3", gradeId: "g7", grade: 7, gradeName: "七年级", number: 3, schoolYear: "2026-2027", nickname: "启航", open: true, pupils: 41, version: 2 };
const cell = (n: number) => screen.getByTestId(`class-cell-${n}`);

test("free numbers are chosen by pointer and keys and created in one call", async () => {
  const call = vi.spyOn(platform, "call").mockResolvedValue({ items: [] });
  show(<Board grade={grade} schoolYear="2026-2027" classes={[used]} editable />);
  expect(cell(3)).toHaveAttribute("data-state", "used");
  fireEvent.pointerDown(cell(8), { button: 0 });
  fireEvent.pointerDown(cell(10), { button: 0, shiftKey: true });
  expect(screen.getByTestId("class-chosen")).toHaveTextContent("8–10 班");
  fireEvent.keyDown(cell(10), { key: "ArrowRight" });
  fireEvent.keyDown(cell(11), { key: " " });
  expect(cell(11)).toHaveAttribute("data-state", "chosen");
  await userEvent.type(screen.getByTestId("class-nickname"), "  向日葵 ");
  await userEvent.click(screen.getByTestId("class-create-submit"));
  await waitFor(() =>
    expect(call.mock.calls[0]?.slice(0, 2)).toEqual([
      "class.create",
      { gradeId: "g7", numbers: [8, 9, 10, 11], schoolYear: "2026-2027", nickname: "向日葵" },
    ]),
  );
});

test("a number taken meanwhile turns red with who has it", async () => {
  vi.spyOn(platform, "call").mockRejectedValueOnce(new CallError([problem("class.number_taken", "9 班刚刚被周敏建立。", "numbers.0")]));
  const { rerender } = show(<Board grade={grade} schoolYear="2026-2027" classes={[used]} editable />);
  fireEvent.pointerDown(cell(9), { button: 0 });
  await userEvent.click(screen.getByTestId("class-create-submit"));
  expect(await screen.findByText("9 班刚刚被周敏建立。")).toBeInTheDocument();
  rerender(
    <ThemeRoot>
      <QueryClientProvider client={new QueryClient()}>
        <SessionContext value={api(["manage_classes"])}>
          <Board grade={grade} schoolYear="2026-2027" classes={[used, { ...used, id: "c9", number: 9 }]} editable />
        </SessionContext>
      </QueryClientProvider>
    </ThemeRoot>,
  );
  expect(cell(9)).toHaveAttribute("data-state", "taken");
});

test("who may only look chooses nothing", () => {
  show(<Board grade={grade} schoolYear="2026-2027" classes={[used]} editable={false} />);
  fireEvent.pointerDown(cell(8), { button: 0 });
  expect(cell(8)).toHaveAttribute("data-state", "free");
  expect(screen.queryByText(tClasses.newTitle)).toBeNull();
});
