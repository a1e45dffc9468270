// Every visible text is Chinese and stands in the catalogue.
import { readFileSync } from "node:fs";
import { relative } from "node:path";
import { describe, expect, test } from "vitest";
import * as catalogue from "../texts";
import { sources, SRC } from "./sources";

const CJK = /[\u3400-\u9FFF]/u;
/** Names of keys, and years, are no words. */
const KEYS = /^(\?|F\d|Ctrl|Shift|Alt|Tab|Enter|Esc|Delete|\b[A-Z]\b|[\s+/])+$/;

function* texts(value: unknown, path: string): Generator<[string, string]> {
  if (typeof value === "string") yield [path, value];
  else if (typeof value === "function") yield [path, String(value)];
  else if (value !== null && typeof value === "object") for (const [k, v] of Object.entries(value)) yield* texts(v, `${path}.${k}`);
}

/** The code without its comments. */
function withoutComments(code: string): string {
  return code.replaceAll(/\/\*[\s\S]*?\*\//g, "").replaceAll(/(^|[^:"'`\\])\/\/[^\n]*/g, "$1");
}

describe("the catalogue of texts", () => {
  test("has no label in Latin letters only", () => {
    const bad = [...texts(catalogue, "")].filter(([, v]) => /[A-Za-z]/.test(v) && !CJK.test(v) && !KEYS.test(v));
    // A role's or a range's text may be made of numbers alone, as functions are.
    expect(bad.filter(([, v]) => !v.includes("=>"))).toEqual([]);
  });

  test("is the only place with Chinese text", () => {
    const bad = sources()
      .filter((f) => !f.endsWith("shared/texts.ts") && !f.endsWith("api.gen.ts") && !/\/tests\//.test(f))
      .filter((f) => CJK.test(withoutComments(readFileSync(f, "utf8"))))
      .map((f) => relative(SRC, f));
    expect(bad).toEqual([]);
  });

  test("does not blame the person without saying what to do", () => {
    const all = [...texts(catalogue, "")].map(([, v]) => v).join("\n");
    expect(all).not.toMatch(/操作失败|导入失败|未知错误/);
  });
});
