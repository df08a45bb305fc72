/** The forms of a file: delimited text for spreadsheets, one JSON array, or a JSON value a line. */
export const exportFormats = ['csv', 'json', 'ndjson'] as const;
export type ExportFormat = (typeof exportFormats)[number];

const byEnding: Readonly<Record<string, ExportFormat>> = {
  csv: 'csv',
  json: 'json',
  ndjson: 'ndjson',
  jsonl: 'ndjson',
};

/** The format that a file's name tells of; undefined when it tells of none. */
export function formatOfName(name: string): ExportFormat | undefined {
  const [, ending = ''] = /\.([a-z]+)$/i.exec(name) ?? [];
  return byEnding[ending.toLowerCase()];
}
