import type { Group } from '../../../../../client/web/page/api/messages.ts';
import type { Entry, RowEntry } from '../../../../../protocol/entry.ts';

/** A change of a row, an insert unless told otherwise. */
export function entryOf(fields: Partial<RowEntry> & { readonly seq: number }): RowEntry {
  const common = { at: '2026-11-22T09:12:03Z', by: 'ada', command: 'command-1', table: 'employees' };
  return { ...common, op: 'insert', key: 'E1', version: 1, ...fields };
}

/** The changes of one command, as the feed brings them. */
export function groupOf(entries: readonly Entry[]): Group {
  const [first] = entries;
  const last = entries.at(-1);
  if (first === undefined || last === undefined) throw new Error('a group has changes');
  const { at, by, command, why } = first;
  return { cursor: `${last.seq}@epoch`, at, by, command, ...(why !== undefined && { why }), entries };
}
