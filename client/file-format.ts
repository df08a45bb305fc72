/** The forms of a file: delimited text for spreadsheets, one JSON array, or a JSON value a line. */
export const fileFormats = ['csv', 'json', 'ndjson'] as const;
export type FileFormat = (typeof fileFormats)[number];

/** Under which name a file has the keys of a table that has no column for them, as its SQL view calls it. */
export const rowKeyName = '_key';

const byEnding: Readonly<Record<string, FileFormat>> = {
  csv: 'csv',
  json: 'json',
  ndjson: 'ndjson',
  jsonl: 'ndjson',
};

/** The format that a file's name tells of; undefined when it tells of none. */
export function formatOfName(name: string): FileFormat | undefined {
  return byEnding[endingOf(name)];
}

/** The ending of a file's name, without its dot and in lower case; empty when it has none. */
export function endingOf(name: string): string {
  return /\.([a-z]+)$/i.exec(name)?.[1]?.toLowerCase() ?? '';
}
