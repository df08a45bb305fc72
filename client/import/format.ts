/** The kinds of files that are read. */
export const importFormats = ['csv', 'ndjson', 'json'] as const;
export type ImportFormat = (typeof importFormats)[number];

const byEnding: Readonly<Record<string, ImportFormat>> = {
  csv: 'csv',
  tsv: 'csv',
  tab: 'csv',
  txt: 'csv',
  ndjson: 'ndjson',
  jsonl: 'ndjson',
  json: 'json',
};

/**
 * Tells the format by the file's ending, or else by its beginning. A `.json` that is really an object a line, which many
 * programs write, is read as that.
 */
export function findFormat(name: string | undefined, head: string): ImportFormat {
  const ending = /\.([a-z]+)$/i.exec(name ?? '')?.[1]?.toLowerCase() ?? '';
  const named = byEnding[ending];
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
