// The form against a made-up host: what is asked, sent, shown and focused.
import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { fireEvent, render, screen, waitFor } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { App, ConfigProvider } from "antd";
import { beforeEach, expect, test, vi } from "vitest";
import type { CheckPupilResponse, EnteredPupil, OpenedPupil, Problem, PupilForm, SessionView } from "../../../api.gen";
import { CallError, platform } from "../../../platform";
import { go } from "../../../shared/router";
import { SessionContext } from "../../../shared/session";
import { tCommon, tEntry } from "../../../shared/texts";
import { EntryPage } from "../page";

const session: SessionView = {
  accountId: "a",
  login: "xulei",
  displayName: "徐蕾",
  grants: [{ role: "school_staff", roleName: "学校管理员", schoolId: "s1", schoolName: "平江中学", district: "320508" } as never],
  permissions: ["enter_pupils", "read_organisation"],
  mustChangePassword: false,
  expiresAt: 0,
  idleLockMinutes: 15,
  demo: false,
};
const problem = (code: Problem["code"], field: string, message: string, severity: Problem["severity"] = "error"): Problem => ({ code, severity, field, message });
const NUMBER = "320508201401020007";
const entered = (more: Partial<EnteredPupil> = {}): EnteredPupil => ({ id: "p1", version: 1, state: "draft", stateName: "草稿", firstSavedAt: 1_788_228_000_000, guardianIds: ["g1"], problems: [], near: [], ...more });
const opened = (form: PupilForm): OpenedPupil => ({
  id: "p1", version: 3, schoolId: "s1", schoolName: "平江中学", form, state: "returned", stateName: "退回", steps: ["save", "submit"], firstSavedAt: 1_788_228_000_000, submittedAt: 1_788_228_000_000, returnedAt: 1_788_228_100_000, returnedReason: "班级有误",
});

type Sent = [string, Record<string, unknown>];
/** Answers like the backend: a whole number fills gender and birth date. */
function host(answers: Record<string, (req: Record<string, unknown>) => unknown> = {}) {
  const sent: Sent[] = [];
  vi.spyOn(platform, "call").mockImplementation((async (op: string, req: Record<string, unknown>) => {
    sent.push([op, req]);
    if (answers[op]) return answers[op](req);
    if (op === "pupil.check") {
      const form = req.form as PupilForm;
      const whole = form.paperNumber?.replaceAll(" ", "") === NUMBER;
      const problems = form.name === "沈" ? [problem("pupil.name_length", "name", "姓名应为 2–50 个字，请核对。")] : [];
      if (form.paperNumber && !whole) problems.push(problem("paper.length", "paperNumber", "居民身份证号码应为 18 位，请核对。"));
      const answer: CheckPupilResponse = { form: whole ? { ...form, paperNumber: NUMBER, gender: form.gender ?? "female", birthDate: "2014-01-02" } : form, derived: whole ? [...(form.gender ? [] : ["gender"]), "birthDate"] : [], problems, near: [] };
      return answer;
    }
    if (op === "class.list") return { items: [{ id: "c", gradeId: "g", grade: 7, gradeName: "七年级", number: 2, schoolYear: "2026-2027", open: true, pupils: 0, version: 1 }] };
    if (op === "school.list") return { items: [{ id: "s1", name: "平江中学", district: "320508", code: "3132000101", kind: "311", kindName: "", schoolYear: "2026-2027", provisional: false, districtName: "", version: 1 }] };
    return { items: [] };
  }) as never);
  return { sent, of: (op: string) => sent.filter(([name]) => name === op).map(([, req]) => req) };
}

function show(id: string | null) {
  return render(
    <ConfigProvider theme={{ token: { motion: false } }}>
      <App>
        <QueryClientProvider client={new QueryClient({ defaultOptions: { queries: { retry: false } } })}>
          <SessionContext value={{ session, can: (p) => session.permissions.includes(p), set: () => undefined, signOut: () => Promise.resolve() }}>
            <EntryPage id={id} />
          </SessionContext>
        </QueryClientProvider>
      </App>
    </ConfigProvider>,
  );
}

const refuse = () => {
  throw new CallError([problem("phone.missing", "guardians.0.phone", "家长手机未填，请填写。"), problem("class.invalid", "class", "班级未填，请选择。")]);
};
const lost = () => {
  throw new CallError([problem("blob.unknown", "photo", "文件已过期，请重新选择。")]);
};
const conflict = () => {
  throw new CallError([problem("version.conflict", "name", "姓名已被他人修改。")]);
};

beforeEach(() => {
  vi.restoreAllMocks();
  window.location.hash = "#/entry/new";
});

const field = (name: string) => screen.findByTestId<HTMLInputElement>(`entry-${name}`);

test("the number fills gender and birth date, and takes them back", async () => {
  host();
  show(null);
  await userEvent.type(await field("paperNumber"), NUMBER);
  await screen.findByTestId("entry-derived-birthDate");
  const birth = await field("birthDate");
  await waitFor(() => expect(birth).toHaveValue("2014-01-02"));
  expect(birth).toBeDisabled();
  expect(screen.getByTestId("entry-derived-gender")).toHaveTextContent(tEntry.derived);
  await userEvent.type(await field("paperNumber"), "{Backspace}");
  await waitFor(() => expect(birth).toHaveValue(""));
  expect(birth).toBeEnabled();
});

test("a field is spoken of when it is left, and not before", async () => {
  const { of } = host();
  show(null);
  await userEvent.type(await field("name"), "沈");
  await waitFor(() => expect(of("pupil.check").at(-1)).toMatchObject({ form: { name: "沈" } }));
  expect(screen.queryByText("姓名应为 2–50 个字，请核对。")).toBeNull();
  await userEvent.tab();
  expect(await screen.findByText("姓名应为 2–50 个字，请核对。")).toBeInTheDocument();
  expect(screen.getByTestId("entry-checks")).toHaveTextContent(tEntry.checkErrors(1));
});

test("Ctrl+Enter submits; all that is refused is shown, the first has the focus", async () => {
  const { of } = host({ "pupil.create": refuse });
  show(null);
  await userEvent.type(await field("name"), "沈青禾");
  fireEvent.keyDown(await field("name"), { key: "Enter", ctrlKey: true });
  expect(await screen.findByText("家长手机未填，请填写。")).toBeInTheDocument();
  expect(screen.getByText("班级未填，请选择。")).toBeInTheDocument();
  expect(of("pupil.create")).toEqual([{ schoolId: "s1", form: { paperKind: "resident_id", name: "沈青禾", guardians: [{ paperKind: "resident_id" }] }, submit: true }]);
  await waitFor(() => expect(document.activeElement?.closest("[data-field]")).toHaveAttribute("data-field", "place"));
  // What is typed there is no longer refused.
  await userEvent.type(await field("guardian-0-phone"), "1");
  expect(screen.queryByText("家长手机未填，请填写。")).toBeNull();
});

test("a second save goes to the same record, with the guardians that it has", async () => {
  const { of } = host({ "pupil.create": () => entered(), "pupil.save": () => entered({ version: 2 }) });
  show(null);
  await userEvent.type(await field("name"), "沈青禾");
  await userEvent.type(await field("guardian-0-name"), "沈大禾");
  fireEvent.keyDown(await field("name"), { key: "s", ctrlKey: true });
  expect(await screen.findByTestId("entry-times")).toBeInTheDocument();
  fireEvent.keyDown(await field("name"), { key: "s", ctrlKey: true });
  await waitFor(() => expect(of("pupil.save")).toHaveLength(1));
  expect(of("pupil.save")[0]).toMatchObject({ id: "p1", version: 1, form: { guardians: [{ id: "g1", name: "沈大禾" }] } });
});

test("a returned application shows why, and a conflict can be looked at", async () => {
  const { of } = host({ "pupil.open": () => opened({ name: "沈青禾", paperKind: "resident_id", paperNumber: NUMBER, grade: "7", class: "2", guardians: [] }), "pupil.save": conflict });
  show("p1");
  expect(await screen.findByTestId("entry-returned")).toHaveTextContent("班级有误");
  expect(of("pupil.open")).toHaveLength(1);
  await userEvent.click(screen.getByTestId("entry-submit"));
  expect(await screen.findByTestId("entry-conflict")).toBeInTheDocument();
  expect(screen.getByText("姓名已被他人修改。")).toBeInTheDocument();
  await userEvent.click(screen.getByTestId("entry-reload"));
  await waitFor(() => expect(of("pupil.open")).toHaveLength(2));
});

const looked = { thumbnail: "/9j/", size: 20_000, width: 358, height: 441, problems: [] };
const choose = async (name: string) => {
  vi.spyOn(platform, "stageFile").mockResolvedValue({ blobId: name, fileName: name, size: 1 });
  fireEvent.change(await field("photo-file"), { target: { files: [new File(["x"], name)] } });
};

test("a photo is looked at when it is chosen, and goes with the record", async () => {
  const small = { ...problem("photo.few_pixels", "", "照片只有 180×220 像素。", "warning") };
  const examine = vi.fn<() => unknown>().mockReturnValueOnce({ ...looked, problems: [small] });
  examine.mockImplementationOnce(() => {
    throw new CallError([problem("photo.truncated", "", "照片不完整，后半截丢失。")]);
  });
  const { of } = host({ "photo.examine": examine, "pupil.create": () => entered(), "pupil.save": () => entered({ version: 2 }) });
  show(null);
  await choose("a.jpg");
  expect(await screen.findByTestId("entry-photo-problem")).toHaveTextContent("照片只有 180×220 像素。");
  expect(screen.getByTestId("entry-checks")).toHaveTextContent(tEntry.checkWarnings(1));
  expect(of("photo.examine")).toEqual([{ schoolId: "s1", blobId: "a.jpg" }]);
  // One that cannot be used is told, and the one before it stays.
  await choose("b.jpg");
  expect(await screen.findByTestId("entry-photo-refused")).toHaveTextContent("照片不完整，后半截丢失。");
  await userEvent.type(await field("name"), "沈青禾");
  fireEvent.keyDown(await field("name"), { key: "s", ctrlKey: true });
  await waitFor(() => expect(of("pupil.create")).toHaveLength(1));
  expect(of("pupil.create")[0]).toMatchObject({ photoBlobId: "a.jpg", submit: false });
  // It is the pupil's now: a second save does not bring it again.
  await waitFor(() => expect(screen.getByTestId("entry-photo")).toHaveAttribute("data-state", "stored"));
  fireEvent.keyDown(await field("name"), { key: "s", ctrlKey: true });
  await waitFor(() => expect(of("pupil.save")).toHaveLength(1));
  expect(of("pupil.save")[0]).not.toHaveProperty("photoBlobId");
});

test("nothing is saved while a photo is still being looked at, and the next pupil begins without one", async () => {
  const answer: { give?: (value: unknown) => void } = {};
  const { of } = host({ "photo.examine": () => new Promise((resolve) => (answer.give = resolve)), "pupil.create": () => entered() });
  show(null);
  await userEvent.type(await field("name"), "沈青禾");
  await choose("a.jpg");
  await waitFor(() => expect(of("photo.examine")).toHaveLength(1));
  fireEvent.keyDown(await field("name"), { key: "s", ctrlKey: true });
  expect(screen.getByTestId("entry-save")).toBeDisabled();
  answer.give?.(looked);
  await waitFor(() => expect(screen.getByTestId("entry-photo")).toHaveAttribute("data-state", "chosen"));
  expect(of("pupil.create")).toHaveLength(0);
  await userEvent.click(screen.getByTestId("entry-save-next"));
  await waitFor(() => expect(of("pupil.create")).toHaveLength(1));
  expect(of("pupil.create")[0]).toMatchObject({ photoBlobId: "a.jpg" });
  await waitFor(() => expect(screen.getByTestId("entry-photo")).toHaveAttribute("data-state", "none"));
});

test("a photo that the record's save refuses is told at the photo, and another takes its place", async () => {
  host({ "photo.examine": () => looked, "pupil.create": lost });
  show(null);
  await choose("a.jpg");
  await waitFor(() => expect(screen.getByTestId("entry-photo")).toHaveAttribute("data-state", "chosen"));
  await userEvent.click(screen.getByTestId("entry-save"));
  expect(await screen.findByTestId("entry-photo-problem")).toHaveTextContent("文件已过期，请重新选择。");
  await waitFor(() => expect(screen.getByTestId("entry-photo-choose")).toHaveFocus());
  await choose("b.jpg");
  await waitFor(() => expect(screen.queryByTestId("entry-photo-problem")).toBeNull());
});

test("unsaved input is asked about before the page is left", async () => {
  host();
  show(null);
  await userEvent.type(await field("name"), "沈");
  go("/entry");
  expect(await screen.findAllByText(tCommon.unsaved)).not.toHaveLength(0);
  expect(window.location.hash).toBe("#/entry/new");
  await userEvent.click(screen.getByTestId("entry-discard"));
  await waitFor(() => expect(window.location.hash).toBe("#/entry"));
});
