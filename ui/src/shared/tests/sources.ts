// The source files, for tests that read them.
import { readdirSync } from "node:fs";
import { join } from "node:path";

export const SRC = join(import.meta.dirname, "../..");

export function sources(): string[] {
  return readdirSync(SRC, { withFileTypes: true, recursive: true })
    .filter((e) => e.isFile() && /\.tsx?$/.test(e.name))
    .map((e) => join(e.parentPath, e.name));
}
