// Rows by blocks: what is asked, what is shown meanwhile, and what is ignored.
import { expect, test, vi } from "vitest";
import type { ImportRowView } from "../../../api.gen";
import { BLOCK, Blocks } from "../blocks";

const row = (index: number, text: string, number = index + 2): ImportRowView => ({ index, row: number, state: "valid", cells: [text], edited: [], problems: [] });

/** A loader whose answers are given by hand. */
function source() {
  const asked: { start: number; answer: (total: number, text: string, first?: number) => Promise<void>; fail: () => Promise<void> }[] = [];
  const load = (start: number, limit: number) =>
    new Promise<{ total: number; rows: ImportRowView[] }>((resolve, reject) => {
      asked.push({
        start,
        answer: async (total, text, first = start) => {
          resolve({ total, rows: Array.from({ length: Math.min(limit, total - start) }, (_, i) => row(start + i, text, first + i + 2)) });
          await Promise.resolve();
          await Promise.resolve();
        },
        fail: async () => {
          reject(new Error("no answer"));
          await Promise.resolve();
          await Promise.resolve();
        },
      });
    });
  return { blocks: new Blocks(load), asked };
}

test("rows that came with the report are not asked for", async () => {
  const load = vi.fn<() => Promise<{ total: number; rows: ImportRowView[] }>>();
  const blocks = new Blocks(load, { total: 2, rows: [row(0, "a"), row(1, "b")] });
  blocks.want(0, 40);
  expect(load).not.toHaveBeenCalled();
  expect([blocks.total, blocks.row(1)?.cells[0]]).toEqual([2, "b"]);
  load.mockResolvedValue({ total: 2, rows: [row(0, "a"), row(1, "c")] });
  blocks.refresh();
  await vi.waitFor(() => expect(blocks.row(1)?.cells[0]).toBe("c"));
});

test("a block is asked for once, and blocks that do not exist never", async () => {
  const { blocks, asked } = source();
  blocks.want(0, 10);
  blocks.want(0, 20);
  expect(asked.map((a) => a.start)).toEqual([0]);
  await asked[0]?.answer(250, "a");
  expect(blocks.total).toBe(250);
  blocks.want(190, 260);
  blocks.want(190, 900);
  expect(asked.map((a) => a.start)).toEqual([0, BLOCK]);
});

test("after a change the old rows stay until the new ones are there", async () => {
  const { blocks, asked } = source();
  const drawn = vi.fn();
  blocks.subscribe(drawn);
  blocks.want(0, 10);
  await asked[0]?.answer(100, "before");
  blocks.refresh();
  expect(blocks.fresh).toBe(false);
  expect(blocks.row(5)?.cells).toEqual(["before"]);
  await asked[1]?.answer(99, "after");
  expect(blocks.fresh).toBe(true);
  expect(blocks.row(5)?.cells).toEqual(["after"]);
  expect(blocks.total).toBe(99);
  expect(drawn).toHaveBeenCalledTimes(2);
});

test("an answer from before the change is ignored", async () => {
  const { blocks, asked } = source();
  blocks.want(0, 10);
  blocks.refresh();
  expect(asked).toHaveLength(2);
  await asked[1]?.answer(10, "new");
  await asked[0]?.answer(20, "old");
  expect(blocks.total).toBe(10);
  expect(blocks.row(0)?.cells).toEqual(["new"]);
});

test("rows of an answer are shown at once, at their place in the filter", async () => {
  const { blocks, asked } = source();
  blocks.want(0, 10);
  await asked[0]?.answer(10, "a", 100);
  blocks.patch([{ ...row(777, "b", 105) }]);
  expect(blocks.row(3)).toMatchObject({ index: 3, row: 105, cells: ["b"] });
  expect(blocks.indexOf(105)).toBe(3);
  expect(blocks.indexOf(99)).toBeUndefined();
});

test("blocks out of view are forgotten by a change and read again when wanted", async () => {
  const { blocks, asked } = source();
  blocks.want(0, 10);
  await asked[0]?.answer(1000, "a");
  blocks.want(600, 620);
  await asked[1]?.answer(1000, "a");
  blocks.refresh();
  expect(asked.map((a) => a.start)).toEqual([0, 600, 600]);
  expect(blocks.row(0)).toBeUndefined();
  blocks.want(0, 10);
  expect(asked.at(-1)?.start).toBe(0);
});

test("only the last 20 blocks are kept", async () => {
  const { blocks, asked } = source();
  for (let n = 0; n < 30; n++) {
    blocks.want(n * BLOCK, n * BLOCK + 10);
    // Each block is answered before the next is wanted.
    // oxlint-disable-next-line no-await-in-loop
    await asked[n]?.answer(100_000, "a");
  }
  expect(blocks.row(0)).toBeUndefined();
  expect(blocks.row(29 * BLOCK)).toBeDefined();
  expect(Array.from({ length: 30 }, (_, n) => blocks.row(n * BLOCK)).filter(Boolean)).toHaveLength(20);
});

test("when the filter shrinks above the view, the last rows are asked for", async () => {
  const { blocks, asked } = source();
  blocks.want(0, 1);
  await asked[0]?.answer(700, "a");
  blocks.want(650, 660);
  await asked[1]?.answer(700, "a");
  blocks.refresh();
  await asked[2]?.answer(300, "b");
  expect(asked.at(-1)?.start).toBe(BLOCK);
});

test("a failure is told and can be tried again", async () => {
  const { blocks, asked } = source();
  blocks.want(0, 10);
  await asked[0]?.fail();
  expect(blocks.error).toBeInstanceOf(Error);
  blocks.refresh();
  await asked[1]?.answer(1, "a");
  expect(blocks.error).toBeNull();
  expect(blocks.row(0)?.cells).toEqual(["a"]);
});
