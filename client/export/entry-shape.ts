import type { Entry, RowEntry, TableEntry } from '../../protocol/entry.ts';
import type { LogEntry } from '../log-reader.ts';
import type { RecordShape } from './record-shape.ts';

/** In the order of a CSV's columns. The compiler demands every member that an entry may have. */
const members: Readonly<Record<keyof RowEntry | keyof TableEntry, true>> = {
  seq: true,
  at: true,
  by: true,
  command: true,
  group: true,
  table: true,
  op: true,
  key: true,
  version: true,
  row: true,
  was: true,
  definition: true,
  steps: true,
  columns: true,
  reverts: true,
  why: true,
};

/**
 * Entries of the log. As JSON each is the log's own line, byte for byte; in a CSV it has a field for each member, and
 * what is not a plain value is JSON.
 */
export const entryShape: RecordShape<LogEntry> = {
  columns: Object.keys(members),
  fields: ({ entry }) => entryShape.columns.map((name) => memberText(entry, name)),
  json: ({ line }) => line,
};

function memberText(entry: Entry, name: string): string | null {
  const given: Readonly<Record<string, unknown>> = { ...entry };
  const value = given[name];
  if (value === undefined) return null;
  return typeof value === 'string' ? value : JSON.stringify(value);
}
