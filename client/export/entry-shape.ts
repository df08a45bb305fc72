import type { Entry } from '../../protocol/entry.ts';
import type { LogEntry } from '../log-reader.ts';
import type { RecordShape } from './record-shape.ts';

/**
 * Entries of the log. As JSON each is the log's own line, byte for byte; in a CSV it has a field for each member, and
 * what is not a plain value is JSON.
 */
export const entryShape: RecordShape<LogEntry> = {
  columns: [
    'seq',
    'at',
    'by',
    'command',
    'group',
    'table',
    'op',
    'key',
    'version',
    'row',
    'was',
    'definition',
    'steps',
    'columns',
    'why',
  ],
  fields: ({ entry }) => entryShape.columns.map((name) => memberText(entry, name)),
  json: ({ line }) => line,
};

function memberText(entry: Entry, name: string): string | null {
  const members: Readonly<Record<string, unknown>> = { ...entry };
  const value = members[name];
  if (value === undefined) return null;
  return typeof value === 'string' ? value : JSON.stringify(value);
}
