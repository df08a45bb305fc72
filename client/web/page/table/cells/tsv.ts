/** Rows of cells as spreadsheets put them on the clipboard: tabs between cells, lines between rows. */
type TextTable = readonly (readonly string[])[];

/** What holds a tab, a line break or a quote at its start stands in quotes, and its quotes are doubled. */
export function writeTsv(rows: TextTable): string {
  return rows.map((row) => row.map(quoted).join('\t')).join('\n');
}

function quoted(text: string): string {
  return /[\t\n\r]/.test(text) || text.startsWith('"') ? `"${text.replaceAll('"', '""')}"` : text;
}

/** Reads what {@link writeTsv} writes, and what spreadsheets do; a line break at the end is no row. */
export function parseTsv(text: string): string[][] {
  const rows: string[][] = [];
  let row: string[] = [];
  for (let at = 0; at <= text.length; ) {
    const { cell, end } = text[at] === '"' ? readQuoted(text, at) : readPlain(text, at);
    row.push(cell);
    at = end;
    if (text[at] === '\t') {
      at += 1;
      continue;
    }
    rows.push(row);
    row = [];
    at += text[at] === '\r' && text[at + 1] === '\n' ? 2 : 1;
    if (at >= text.length) break;
  }
  return rows;
}

interface Read {
  readonly cell: string;
  /** Where what follows the cell begins. */
  readonly end: number;
}

function readPlain(text: string, at: number): Read {
  let end = at;
  while (end < text.length && text[end] !== '\t' && text[end] !== '\n' && text[end] !== '\r') end += 1;
  return { cell: text.slice(at, end), end };
}

/** A quote that is not closed, or with something behind it, is a letter like any other. */
function readQuoted(text: string, at: number): Read {
  let end = text.indexOf('"', at + 1);
  while (end !== -1 && text[end + 1] === '"') end = text.indexOf('"', end + 2);
  const next = text[end + 1];
  if (end === -1 || (next !== undefined && next !== '\t' && next !== '\n' && next !== '\r')) return readPlain(text, at);
  return { cell: text.slice(at + 1, end).replaceAll('""', '"'), end: end + 1 };
}
