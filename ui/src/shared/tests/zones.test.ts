// app → features → shared → platform: nobody imports upwards.
import { readFileSync } from "node:fs";
import { dirname, relative, resolve } from "node:path";
import { expect, test } from "vitest";
import { sources, SRC } from "./sources";

const ORDER = ["platform", "shared", "features", "app"];
const zone = (file: string) => ORDER.indexOf(relative(SRC, file).split("/")[0] ?? "");

test("imports only go down", () => {
  const wrong: string[] = [];
  for (const file of sources()) {
    const from = zone(file);
    if (from < 0) continue;
    const code = readFileSync(file, "utf8");
    for (const m of code.matchAll(/(?:from|import)\s*\(?\s*"(\.[^"]+)"/g)) {
      const to = zone(resolve(dirname(file), m[1] ?? ""));
      if (to > from) wrong.push(`${relative(SRC, file)} imports ${m[1]}`);
    }
  }
  expect(wrong).toEqual([]);
});

test("only platform/ speaks to the host", () => {
  const wrong = sources()
    .filter((f) => zone(f) !== 0 && !/\/tests\//.test(f) && /@tauri-apps|\bfetch\(/.test(readFileSync(f, "utf8")))
    .map((f) => relative(SRC, f));
  expect(wrong).toEqual([]);
});
