import type { Entry } from '../../../../protocol/entry.ts';
import type { Group } from '../api/messages.ts';

/** Changes of one command in one table that are kept to be shown; how many there are of each kind is counted over all. */
export const shownEntriesMax = 50;

export type OpCounts = Readonly<Partial<Record<Entry['op'], number>>>;

/** A group of which the first changes of each table are kept. */
export interface KeptGroup extends Group {
  /** Of all of them: how many of each kind, by table. */
  readonly counts: ReadonlyMap<string, OpCounts>;
}

export function keptOf(group: Group): KeptGroup {
  const counts = new Map<string, Partial<Record<Entry['op'], number>>>();
  const sizes = new Map<string, number>();
  const entries: Entry[] = [];
  for (const entry of group.entries) {
    const { table, op } = entry;
    const ops = counts.get(table) ?? {};
    ops[op] = (ops[op] ?? 0) + 1;
    counts.set(table, ops);
    const size = sizes.get(table) ?? 0;
    sizes.set(table, size + 1);
    if (size < shownEntriesMax) entries.push(entry);
  }
  return { ...group, entries, counts };
}
