// What a key does in the grid of 核对, apart from drawing: the same for tests and for the page.

/** Going about between cells, or writing in one. */
export type Mode = "move" | "write";
export type Step = { rows: number; columns: number };
export type GridAction =
  | { do: "step"; by: Step }
  | { do: "page"; down: boolean }
  | { do: "edge"; row: "first" | "last" | "same"; column: "first" | "last" }
  /** Opens the cell with what it holds. */
  | { do: "write" }
  | { do: "clear" }
  /** Takes over what was written, then goes on. */
  | { do: "commit"; by: Step }
  | { do: "cancel" }
  | { do: "accept" }
  | { do: "undo" }
  | { do: "redo" };

type Key = { key: string; ctrlKey: boolean; shiftKey: boolean; altKey: boolean; metaKey: boolean };

const step = (rows: number, columns: number): GridAction => ({ do: "step", by: { rows, columns } });
const commit = (rows: number, columns: number): GridAction => ({ do: "commit", by: { rows, columns } });

/** Null leaves the key to the field or the window. */
export function gridAction(e: Key, mode: Mode): GridAction | null {
  const ctrl = e.ctrlKey || e.metaKey;
  return mode === "move" ? moving(e, ctrl) : writing(e, ctrl);
}

function moving(e: Key, ctrl: boolean): GridAction | null {
  if (e.altKey) return e.key === "Enter" ? { do: "accept" } : null;
  if (ctrl) {
    const letter = e.key.toLowerCase();
    if (letter === "z") return { do: e.shiftKey ? "redo" : "undo" };
    if (letter === "y") return { do: "redo" };
    if (e.key === "Home") return { do: "edge", row: "first", column: "first" };
    if (e.key === "End") return { do: "edge", row: "last", column: "last" };
    return null;
  }
  switch (e.key) {
    case "ArrowDown":
      return step(1, 0);
    case "ArrowUp":
      return step(-1, 0);
    case "ArrowRight":
      return step(0, 1);
    case "ArrowLeft":
      return step(0, -1);
    case "PageDown":
      return { do: "page", down: true };
    case "PageUp":
      return { do: "page", down: false };
    case "Home":
      return { do: "edge", row: "same", column: "first" };
    case "End":
      return { do: "edge", row: "same", column: "last" };
    case "Enter":
      return e.shiftKey ? step(-1, 0) : { do: "write" };
    case "F2":
      return { do: "write" };
    case "Delete":
    case "Backspace":
      return { do: "clear" };
    default:
      // Tab leaves the grid: nobody is caught in it.
      return null;
  }
}

function writing(e: Key, ctrl: boolean): GridAction | null {
  switch (e.key) {
    case "Escape":
      return { do: "cancel" };
    case "Enter":
      // Ctrl + Enter saves in other places: here it only takes over the cell.
      if (ctrl || e.altKey) return commit(0, 0);
      return commit(e.shiftKey ? -1 : 1, 0);
    case "Tab":
      return commit(0, e.shiftKey ? -1 : 1);
    case "ArrowDown":
      return commit(1, 0);
    case "ArrowUp":
      return commit(-1, 0);
    default:
      return null;
  }
}
