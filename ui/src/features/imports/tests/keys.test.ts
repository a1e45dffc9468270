// What a key does in the grid.
import { expect, test } from "vitest";
import { gridAction, type Mode } from "../keys";

const press = (keys: string, mode: Mode) => {
  const parts = keys.split("+");
  return gridAction({ key: parts.at(-1) ?? "", ctrlKey: parts.includes("Ctrl"), shiftKey: parts.includes("Shift"), altKey: parts.includes("Alt"), metaKey: false }, mode);
};

test.each([
  ["ArrowDown", { do: "step", by: { rows: 1, columns: 0 } }],
  ["ArrowLeft", { do: "step", by: { rows: 0, columns: -1 } }],
  ["PageUp", { do: "page", down: false }],
  ["Home", { do: "edge", row: "same", column: "first" }],
  ["Ctrl+End", { do: "edge", row: "last", column: "last" }],
  ["Enter", { do: "write" }],
  ["F2", { do: "write" }],
  ["Delete", { do: "clear" }],
  ["Alt+Enter", { do: "accept" }],
  ["Ctrl+z", { do: "undo" }],
  ["Ctrl+Shift+Z", { do: "redo" }],
  ["Ctrl+y", { do: "redo" }],
])("between cells %s", (keys, action) => expect(press(keys, "move")).toEqual(action));

test.each(["Tab", "Shift+Tab", "F8", "Escape", "Ctrl+Enter", "Ctrl+c", "Ctrl+v", "7", "?"])("between cells %s is left to the field or the window", (keys) => expect(press(keys, "move")).toBeNull());

test.each([
  ["Enter", { do: "commit", by: { rows: 1, columns: 0 } }],
  ["Shift+Enter", { do: "commit", by: { rows: -1, columns: 0 } }],
  ["Ctrl+Enter", { do: "commit", by: { rows: 0, columns: 0 } }],
  ["Tab", { do: "commit", by: { rows: 0, columns: 1 } }],
  ["Shift+Tab", { do: "commit", by: { rows: 0, columns: -1 } }],
  ["ArrowUp", { do: "commit", by: { rows: -1, columns: 0 } }],
  ["Escape", { do: "cancel" }],
])("while writing %s", (keys, action) => expect(press(keys, "write")).toEqual(action));

test.each(["ArrowLeft", "Home", "Delete", "Backspace", "Ctrl+z", "Ctrl+v", "F8"])("while writing %s belongs to the text", (keys) => expect(press(keys, "write")).toBeNull());
