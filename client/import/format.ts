import { endingOf, type FileFormat, formatOfName } from '../file-format.ts';

/** What spreadsheets call delimited text besides. */
const delimited: ReadonlySet<string> = new Set(['tsv', 'tab', 'txt']);

/**
 * Tells the format by the file's ending, or else by its beginning. A `.json` that is really an object a line, which many
 * programs write, is read as that.
 */
export function findFormat(name: string | undefined, head: string): FileFormat {
  const given = name ?? '';
  const named = delimited.has(endingOf(given)) ? 'csv' : formatOfName(given);
  if (named !== undefined && named !== 'json') return named;
  const start = head.trimStart();
  if (start.startsWith('{')) return hasObjectPerLine(start) ? 'ndjson' : 'json';
  return named ?? (start.startsWith('[') ? 'json' : 'csv');
}

/** Whether the first line is an object by itself, and another one follows, or nothing that JSON could go on with. */
function hasObjectPerLine(start: string): boolean {
  const end = start.indexOf('\n');
  if (end < 0) return false;
  try {
    JSON.parse(start.slice(0, end));
  } catch {
    return false;
  }
  return start.slice(end).trimStart().startsWith('{');
}
