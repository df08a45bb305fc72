import { type Entry, groupOf, isRowEntry } from '../../protocol/entry.ts';
import type { Cells } from '../../protocol/values.ts';
import { apply, fold, type Tables } from './fake-server.ts';

/** What a watch should make of the log, told from nothing but the log and a fold over it. */
export interface Expected {
  readonly last: number;
  readonly changes: readonly ExpectedChange[];
}

export interface ExpectedChange {
  readonly kind: string;
  readonly entry: Entry;
  readonly before?: Cells;
  readonly after?: Cells;
}

export interface View {
  readonly table: string | undefined;
  readonly matches: (row: Cells) => boolean;
}

/** The groups that end behind `from`, with what is behind it of them. */
export function expectedGroups(log: readonly Entry[], from: number, view: View): Expected[] {
  const tables = fold(log.slice(0, from));
  const groups = new Map<number, ExpectedChange[]>();
  for (const entry of log.slice(from)) {
    const change = expectedChange(tables, entry, view);
    apply(tables, entry);
    if (change === undefined) continue;
    const [, last] = groupOf(entry);
    groups.set(last, [...(groups.get(last) ?? []), change]);
  }
  return [...groups].map(([last, changes]) => ({ last, changes }));
}

function expectedChange(tables: Tables, entry: Entry, { table, matches }: View): ExpectedChange | undefined {
  if (table !== undefined && entry.table !== table) return undefined;
  if (!isRowEntry(entry)) return { kind: 'table', entry };
  const before = tables.get(entry.table)?.rows.get(entry.key)?.row;
  const after = entry.row;
  const was = before !== undefined && matches(before);
  const is = after !== undefined && matches(after);
  if (!was && !is) return undefined;
  const kind = was && is ? 'change' : is ? 'enter' : 'leave';
  return { kind, entry, ...(before === undefined ? {} : { before }), ...(after === undefined ? {} : { after }) };
}
