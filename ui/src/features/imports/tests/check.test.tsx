// 核对 against a made-up host that keeps the rows and checks the column 年级.
import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { fireEvent, render, screen, waitFor, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { App, ConfigProvider } from "antd";
import { beforeEach, expect, test, vi } from "vitest";
import type { ImportRowView, ImportSummary, Problem, ProblemGroup, SessionView } from "../../../api.gen";
import { CallError, platform } from "../../../platform";
import { SessionContext } from "../../../shared/session";
import { tImport } from "../../../shared/texts";
import { ImportPreview } from "../preview";

type Sent = [string, Record<string, unknown>];
type Edit = { row: number; column: string; value: string; was?: string };

const COLUMNS = [
  { key: "name", heading: "姓名", letter: "A" },
  { key: "grade", heading: "年级", letter: "B" },
  { key: "address", heading: "家庭住址" },
];

function world(grades: string[], states: Partial<Record<number, ImportRowView["state"]>> = {}) {
  let cells = grades.map((grade, i) => [`学生${i + 1}`, grade, ""]);
  const edited = grades.map(() => new Set<number>());
  let steps: { cells: string[][] }[] = [];
  let undone: { cells: string[][] }[] = [];
  const sent: Sent[] = [];
  const problem = (i: number): Problem[] => {
    const grade = cells[i]?.[1] ?? "";
    if (/^[1-9]$/.test(grade)) return [];
    return [{ code: "row.grade_invalid", severity: "error", message: `第 ${i + 2} 行 B 列（年级）：年级请填数字 1-9（七年级填 7）。`, ...(grade === "七年级" ? { suggestion: "7" } : {}), row: i + 2, column: "B", heading: "年级" }];
  };
  const view = (i: number): ImportRowView => {
    const problems = problem(i);
    return { index: i, row: i + 2, state: states[i + 2] ?? (problems.length > 0 ? "error" : "valid"), cells: cells[i] ?? [], edited: [...(edited[i] ?? [])], problems };
  };
  const rows = () => cells.map((_, i) => view(i));
  const summary = (): ImportSummary => {
    const all = rows();
    const errors = all.filter((r) => r.state === "error").length;
    const committed = all.filter((r) => r.state === "committed").length;
    return {
      id: "i1", kind: "new_pupils", kindName: "新生信息", schoolId: "s1", schoolName: "平江中学", fileName: "新生.xlsx", fileSha256: "00", state: committed > 0 ? "partly" : "preview", stateName: "",
      sheet: "新生信息", headingRow: 1, rows: all.length, valid: all.length - errors, ready: all.length - errors - committed, errors, warnings: 0, duplicates: 0, committed, undone: 0,
      undoable: steps.length, redoable: undone.length, createdAt: 0, createdBy: "school", columns: COLUMNS, fileProblems: [],
    };
  };
  const groups = (): ProblemGroup[] => {
    const bad = rows().filter((r) => r.problems.length > 0);
    const sample = bad[0]?.problems[0];
    return sample ? [{ code: sample.code, severity: "error", heading: "年级", column: "grade", sample: sample.message, count: bad.length, suggested: bad.filter((r) => r.problems[0]?.suggestion).length, firstRow: bad[0]?.row ?? 0 }] : [];
  };
  const step = (change: () => number[]) => {
    const before = cells.map((c) => [...c]);
    const touched = change();
    steps.push({ cells: before });
    undone = [];
    return { summary: summary(), groups: groups(), changed: touched.length, rows: touched.map(view) };
  };
  const set = (i: number, column: number, value: string) => {
    const line = cells[i];
    if (line) line[column] = value;
    edited[i]?.add(column);
    return i;
  };
  const answer = async (op: string, req: Record<string, unknown>): Promise<unknown> => {
    sent.push([op, req]);
    switch (op) {
      case "import.open":
      case "import.show":
        return { summary: summary(), groups: groups() };
      case "import.rows": {
        const all = rows().filter((r) => !req.onlyProblems || r.problems.length > 0);
        const start = Number(req.start);
        return { total: all.length, rows: all.slice(start, start + Number(req.limit)).map((r, i) => ({ ...r, index: start + i })) };
      }
      case "import.nextProblem": {
        const all = rows().filter((r) => !req.onlyProblems || r.problems.length > 0);
        const bad = all.filter((r) => r.problems.length > 0);
        const hit = req.backwards ? bad.findLast((r) => r.row < Number(req.afterRow)) : bad.find((r) => r.row > Number(req.afterRow));
        return hit ? { row: hit.row, index: all.indexOf(hit), column: "B" } : {};
      }
      case "import.edit":
        return step(() => (req.edits as Edit[]).map((e) => set(e.row - 2, COLUMNS.findIndex((c) => c.key === e.column), e.value)));
      case "import.acceptSuggestions":
        return step(() => rows().flatMap((r) => (r.problems[0]?.suggestion ? [set(r.row - 2, 1, "7")] : [])));
      case "import.undoEdit": {
        const last = steps.pop();
        if (!last) throw new CallError([{ code: "import.no_edit", severity: "error", message: "没有可以撤销的修改。" }]);
        undone.push({ cells });
        const touched = cells.flatMap((c, i) => (c.join() === last.cells[i]?.join() ? [] : [i]));
        cells = last.cells;
        return { summary: summary(), groups: groups(), changed: touched.length, rows: touched.map(view) };
      }
      default:
        throw new Error(op);
    }
  };
  return { sent, answer, cells: () => cells, of: (op: string) => sent.filter(([name]) => name === op).map(([, req]) => req) };
}

const session = { accountId: "a", login: "school", displayName: "徐蕾", grants: [], permissions: [], mustChangePassword: false, expiresAt: 0, idleLockMinutes: 15, demo: false } satisfies SessionView;

async function show(host: ReturnType<typeof world>, hash = "") {
  window.location.hash = hash;
  vi.spyOn(platform, "call").mockImplementation(((op: string, req: Record<string, unknown>) => host.answer(op, req)) as never);
  vi.spyOn(platform, "onDrop").mockReturnValue(() => undefined);
  render(
    <ConfigProvider theme={{ token: { motion: false } }}>
      <App>
      <QueryClientProvider client={new QueryClient({ defaultOptions: { queries: { retry: false } } })}>
        <SessionContext value={{ session, can: () => true, set: () => undefined, signOut: () => Promise.resolve() }}>
          <ImportPreview importId="i1" />
        </SessionContext>
      </QueryClientProvider>
      </App>
    </ConfigProvider>,
  );
  await screen.findByTestId("import-field");
}

const field = () => screen.getByTestId<HTMLInputElement>("import-field");
const cell = (row: number, column: string) => within(screen.getByTestId(`import-row-${row}`)).getAllByRole("gridcell").find((c) => c.dataset.col === column);
const at = (row: number, column: string) => waitFor(() => expect(cell(row, column)).toHaveAttribute("aria-selected", "true"));

beforeEach(() => {
  vi.restoreAllMocks();
  // jsdom lays nothing out: without a height the grid would show no row.
  vi.spyOn(Element.prototype, "clientHeight", "get").mockReturnValue(600);
  vi.spyOn(Element.prototype, "clientWidth", "get").mockReturnValue(1000);
});

test("a kept import is opened once, and read after that", async () => {
  const host = world(["7", "七年级", "八"]);
  await show(host);
  await at(3, "B");
  await userEvent.keyboard("7{Enter}");
  await waitFor(() => expect(screen.getByTestId("import-count-errors")).toHaveTextContent("有错误 1"));
  expect(host.of("import.open")).toHaveLength(1);
});

test("typing replaces a cell, Enter goes down, and the report follows", async () => {
  const host = world(["7", "七年级", "八"]);
  await show(host);
  // The first problem is chosen, and the field over it has the keys.
  await at(3, "B");
  expect(field()).toHaveFocus();
  expect(field()).toHaveValue("七年级");
  await userEvent.keyboard("7{Enter}");
  await at(4, "B");
  await waitFor(() => expect(cell(3, "B")).toHaveTextContent("7"));
  expect(host.of("import.edit")).toEqual([{ importId: "i1", edits: [{ row: 3, column: "grade", value: "7", was: "七年级" }] }]);
  await waitFor(() => expect(cell(3, "B")).not.toHaveAttribute("aria-invalid"));
  expect(cell(3, "B")).toHaveAttribute("data-edited", "true");
  expect(screen.getByTestId("import-count-valid")).toHaveTextContent("可导入 2");
  // F2 keeps the text, Esc gives up, Tab goes right.
  await userEvent.keyboard("{F2}年级{Escape}");
  expect(field()).toHaveValue("八");
  await userEvent.keyboard("{F2}{Backspace}8{Tab}");
  await waitFor(() => expect(host.cells()[2]?.[1]).toBe("8"));
});

test("keys of an input method change nothing until the word is there", async () => {
  const host = world(["七年级", "7"]);
  await show(host);
  await at(2, "B");
  fireEvent.compositionStart(field());
  expect(field()).toHaveAttribute("data-mode", "write");
  fireEvent.input(field(), { target: { value: "ba" } });
  fireEvent.keyDown(field(), { key: "Enter", keyCode: 229 });
  fireEvent.keyDown(field(), { key: "Process", isComposing: true });
  expect(host.of("import.edit")).toEqual([]);
  await at(2, "B");
  fireEvent.input(field(), { target: { value: "八" } });
  fireEvent.compositionEnd(field());
  fireEvent.keyDown(field(), { key: "Enter" });
  await waitFor(() => expect(host.cells()[0]?.[1]).toBe("八"));
});

test("a suggestion is taken by a key, all of a kind by a button, and both are taken back", async () => {
  const host = world(["七年级", "七年级", "七年级", "八"]);
  await show(host);
  await at(2, "B");
  await userEvent.keyboard("{Alt>}{Enter}{/Alt}");
  await waitFor(() => expect(host.cells()[0]?.[1]).toBe("7"));
  await waitFor(() => expect(screen.getByTestId("import-count-errors")).toHaveTextContent("有错误 3"));
  await userEvent.keyboard("{ArrowDown}");
  await userEvent.click(await screen.findByTestId("import-accept-all"));
  await waitFor(() => expect(screen.getByTestId("import-count-errors")).toHaveTextContent("有错误 1"));
  expect(host.of("import.acceptSuggestions")).toEqual([{ importId: "i1", code: "row.grade_invalid", column: "grade" }]);
  await waitFor(() => expect(field()).toHaveFocus());
  await userEvent.keyboard("{Control>}z{/Control}");
  await waitFor(() => expect(screen.getByTestId("import-count-errors")).toHaveTextContent("有错误 3"));
  await userEvent.keyboard("{Control>}z{/Control}");
  await waitFor(() => expect(host.cells()[0]?.[1]).toBe("七年级"));
});

test("a pasted block goes to the host in one call, without what cannot take it", async () => {
  const host = world(["7", "7", "7", "7"], { 4: "committed" });
  await show(host, "#/imports/i1?view=rows");
  fireEvent.pointerDown(await screen.findByText("学生2"));
  await at(3, "A");
  fireEvent.paste(field(), { clipboardData: { getData: () => "王一\t8\t街\r\n王二\t8\r\n王三\t7\r\n王四\t9\r\n" } });
  await waitFor(() => expect(host.of("import.edit")).toHaveLength(1));
  expect(host.of("import.edit")[0]?.edits).toEqual([
    { row: 3, column: "name", value: "王一", was: "学生2" },
    { row: 3, column: "grade", value: "8", was: "7" },
    { row: 5, column: "name", value: "王三", was: "学生4" },
  ]);
  // One column that the file lacks, a row on record, a line behind the last row.
  expect(await screen.findByText(tImport.pasteSkipped(5))).toBeInTheDocument();
});

test("rows on record and columns that the file lacks are not written in", async () => {
  const host = world(["7", "7"], { 2: "committed" });
  await show(host, "#/imports/i1?view=rows");
  await at(2, "A");
  await userEvent.keyboard("x");
  expect(await screen.findByText(tImport.refusedCommitted(2))).toBeInTheDocument();
  await userEvent.keyboard("{Delete}{F2}");
  await userEvent.keyboard("{ArrowDown}{ArrowRight}{ArrowRight}x");
  expect(await screen.findByText(tImport.refusedAbsent("家庭住址"))).toBeInTheDocument();
  expect(field()).toHaveAttribute("readonly");
  expect(host.of("import.edit")).toEqual([]);
});

test("with only problems in view the cursor goes on to the next of them", async () => {
  const host = world(["七年级", "7", "八", "7", "九"]);
  await show(host, "#/imports/i1?only=1");
  await at(2, "B");
  await userEvent.keyboard("7{Enter}");
  // Row 2 leaves the list; the cursor stands on the row that followed it, and does not skip one.
  await waitFor(() => expect(screen.queryByTestId("import-row-2")).toBeNull());
  await at(4, "B");
  // Without moving, the next row comes under the cursor.
  await userEvent.keyboard("8{Control>}{Enter}{/Control}");
  await waitFor(() => expect(screen.queryByTestId("import-row-4")).toBeNull());
  await at(6, "B");
  await userEvent.keyboard("9{Enter}");
  expect(await screen.findByText(tImport.rowsNone)).toBeInTheDocument();
});

test("F8 takes over what is being written and waits for its check", async () => {
  const host = world(["七年级", "7", "八"]);
  await show(host);
  await at(2, "B");
  await userEvent.keyboard("7{F8}");
  await at(4, "B");
  expect(host.cells()[0]?.[1]).toBe("7");
  await userEvent.keyboard("{F8}");
  expect(await screen.findByText(tImport.problemLast)).toBeInTheDocument();
});

test("a refused correction is said, and what stands there now is shown", async () => {
  const host = world(["七年级", "7"]);
  await show(host);
  await at(2, "B");
  const { answer } = host;
  host.answer = (op, req) => (op === "import.edit" ? Promise.reject(new CallError([{ code: "version.conflict", severity: "error", message: "第 2 行的“年级”刚被其他人改过，没有覆盖。" }])) : answer(op, req));
  await userEvent.keyboard("8{Enter}");
  expect(await screen.findByText("第 2 行的“年级”刚被其他人改过，没有覆盖。")).toBeInTheDocument();
  await waitFor(() => expect(cell(2, "B")).toHaveTextContent("七年级"));
});
