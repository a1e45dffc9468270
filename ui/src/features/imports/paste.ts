// A block of cells as Excel, WPS and LibreOffice put it on the clipboard: lines of cells between tabs.

/** A cell with a tab or a line break inside stands in quotes, and only such a cell. */
function quoted(text: string, from: number): { cell: string; end: number } | null {
  let cell = "";
  let at = from + 1;
  for (;;) {
    const close = text.indexOf('"', at);
    if (close < 0) return null;
    cell += text.slice(at, close);
    if (text[close + 1] !== '"') {
      const after = text[close + 1];
      const ends = after === undefined || after === "\t" || after === "\n";
      return ends && /[\t\n]/.test(cell) ? { cell, end: close + 1 } : null;
    }
    cell += '"';
    at = close + 2;
  }
}

/** Lines of cells; what is broken over lines inside a cell becomes one line. */
export function parseBlock(clipboard: string): string[][] {
  const text = clipboard.replaceAll("\r\n", "\n").replaceAll("\r", "\n").replace(/\n$/, "");
  const lines: string[][] = [[]];
  let at = 0;
  for (;;) {
    const inQuotes = text[at] === '"' ? quoted(text, at) : null;
    let end = inQuotes?.end ?? at;
    if (!inQuotes) while (end < text.length && text[end] !== "\t" && text[end] !== "\n") end++;
    const cell = inQuotes?.cell ?? text.slice(at, end);
    lines.at(-1)?.push(cell.replaceAll(/\s*[\t\n]\s*/g, " ").trim());
    if (end >= text.length) return lines;
    if (text[end] === "\n") lines.push([]);
    at = end + 1;
  }
}
