import { describe, expect, test } from "vitest";
import { addDays, columnLetter, count, day, moment, numberRuns, presetRange } from "../formatting";

// 2026-09-01 00:30 in Asia/Shanghai is still 31 August in UTC.
const NIGHT = Date.UTC(2026, 7, 31, 16, 30);

describe("moments", () => {
  test("are shown in Asia/Shanghai, whatever the PC's zone", () => {
    expect(moment(NIGHT)).toBe("2026-09-01 00:30");
    expect(day(NIGHT - 31 * 60_000)).toBe("2026-08-31");
  });

  test.each([
    ["today", "2026-09-01", "2026-09-01"],
    ["yesterday", "2026-08-31", "2026-08-31"],
    ["week", "2026-08-31", "2026-09-01"],
    ["month", "2026-09-01", "2026-09-01"],
    ["lastMonth", "2026-08-01", "2026-08-31"],
    ["year", "2026-09-01", "2026-09-01"],
  ] as const)("%s", (preset, from, to) => {
    expect(presetRange(preset, NIGHT)).toEqual([from, to]);
  });

  test("the school year before September began the year before", () => {
    expect(presetRange("year", Date.UTC(2026, 2, 1))[0]).toBe("2025-09-01");
    expect(presetRange("lastMonth", Date.UTC(2026, 0, 15))).toEqual(["2025-12-01", "2025-12-31"]);
    expect(presetRange("week", Date.UTC(2026, 10, 22, 4))[0]).toBe("2026-11-16");
    expect(addDays("2024-02-28", 1)).toBe("2024-02-29");
  });
});

test("numbers", () => {
  expect([0, 999, 1000, 12_345, 1_234_567].map(count)).toEqual(["0", "999", "1\u202F000", "12\u202F345", "1\u202F234\u202F567"]);
  expect(numberRuns([3, 1, 2, 5, 12, 13])).toBe("1–3、5、12–13");
  expect([0, 25, 26, 701, 702].map(columnLetter)).toEqual(["A", "Z", "AA", "ZZ", "AAA"]);
});
