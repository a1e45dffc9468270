// Numbers and moments as they are shown. China is fixed +08:00, whatever zone the PC is set to.
const SHIFT = 8 * 3_600_000;

const pad = (n: number): string => String(n).padStart(2, "0");

/** Narrow no-break space between groups of three: 12 345. */
export function count(n: number): string {
  return String(Math.trunc(n)).replaceAll(/\B(?=(\d{3})+(?!\d))/g, "\u202F");
}

export function capped(c: { count: number; more: boolean }): string {
  return c.more ? `${count(c.count)}+` : count(c.count);
}

/** `2026-09-01` in Asia/Shanghai. */
export function day(ms: number): string {
  const d = new Date(ms + SHIFT);
  return `${d.getUTCFullYear()}-${pad(d.getUTCMonth() + 1)}-${pad(d.getUTCDate())}`;
}

/** `2026-09-01 14:03` in Asia/Shanghai. */
export function moment(ms: number): string {
  const d = new Date(ms + SHIFT);
  return `${day(ms)} ${pad(d.getUTCHours())}:${pad(d.getUTCMinutes())}`;
}

/** `14:03:25` in Asia/Shanghai. */
export function clock(ms: number): string {
  const d = new Date(ms + SHIFT);
  return `${pad(d.getUTCHours())}:${pad(d.getUTCMinutes())}:${pad(d.getUTCSeconds())}`;
}

/** The day `n` days after a day written `2026-09-01`. */
export function addDays(iso: string, n: number): string {
  return new Date(Date.parse(`${iso}T00:00:00Z`) + n * 86_400_000).toISOString().slice(0, 10);
}

export type RangePreset = "today" | "yesterday" | "week" | "month" | "lastMonth" | "year";
export const RANGE_PRESETS: readonly RangePreset[] = ["today", "yesterday", "week", "month", "lastMonth", "year"];

/** Both ends included. The school year starts on 1 September. */
export function presetRange(preset: RangePreset, now: number): [string, string] {
  const today = day(now);
  const [y = 0, m = 1] = today.split("-").map(Number);
  switch (preset) {
    case "today":
      return [today, today];
    case "yesterday":
      return [addDays(today, -1), addDays(today, -1)];
    case "week": {
      const weekday = (new Date(`${today}T00:00:00Z`).getUTCDay() + 6) % 7;
      return [addDays(today, -weekday), today];
    }
    case "month":
      return [`${today.slice(0, 8)}01`, today];
    case "lastMonth": {
      const last = addDays(`${today.slice(0, 8)}01`, -1);
      return [`${last.slice(0, 8)}01`, last];
    }
    case "year":
      return [`${m >= 9 ? y : y - 1}-09-01`, today];
  }
}

/** Runs of neighbours joined: [1,2,3,5] → 1–3、5. */
export function numberRuns(numbers: readonly number[]): string {
  const sorted = [...new Set(numbers)].toSorted((a, b) => a - b);
  const runs: [number, number][] = [];
  for (const n of sorted) {
    const last = runs.at(-1);
    if (last && last[1] === n - 1) last[1] = n;
    else runs.push([n, n]);
  }
  return runs.map(([a, b]) => (a === b ? String(a) : `${a}–${b}`)).join("\u3001");
}

/** Excel's letter of a column counted from 0. */
export function columnLetter(index: number): string {
  let n = index + 1;
  let out = "";
  while (n > 0) {
    out = String.fromCodePoint(65 + ((n - 1) % 26)) + out;
    n = Math.floor((n - 1) / 26);
  }
  return out;
}
