import type { AlterStep } from '../../../protocol/table.ts';
import type { ColumnChange } from './column-path.ts';

/** What a column was called for a while: after one seq, and up to another. */
export interface NamedWhile {
  readonly name: string;
  readonly after: number;
  readonly last: number;
}

type NamingChange = Pick<ColumnChange, 'seq' | 'steps'> & { readonly reverts?: readonly [number, number] | undefined };

/**
 * What the columns that a change has added were called since, up to `last`.
 * @param since the later changes of the table's columns, in order: those too that were taken back, as rows were written
 * between them and what took them back
 */
export function namesOfAdded(added: NamingChange, since: readonly NamingChange[], last: number): NamedWhile[] {
  return [...addedBy(added.steps)].flatMap((name) => namesSince({ name, after: added.seq, last }, since));
}

/** The columns that steps add, as they are called behind them. */
function addedBy(steps: readonly AlterStep[]): ReadonlySet<string> {
  const added = new Set<string>();
  for (const step of steps) {
    if (step.do === 'add') added.add(step.column.name);
    else if (step.do === 'remove') added.delete(step.column);
    else if (step.do === 'rename' && added.delete(step.column)) added.add(step.to);
  }
  return added;
}

/** A column that was removed is the same again when that was reverted: its cells came back with it. */
function namesSince({ name: first, after: from, last }: NamedWhile, changes: readonly NamingChange[]): NamedWhile[] {
  const names: NamedWhile[] = [];
  const removed = new Map<number, string>();
  let name: string | undefined = first;
  let after = from;
  for (const { seq, steps, reverts } of changes) {
    const next: string | undefined = name === undefined ? removed.get(reverts?.[0] ?? 0) : nameBehind(steps, name);
    if (next === name) continue;
    if (name !== undefined) names.push({ name, after, last: seq });
    if (name !== undefined && next === undefined) removed.set(seq, name);
    name = next;
    after = seq;
  }
  return name === undefined ? names : [...names, { name, after, last }];
}

function nameBehind(steps: readonly AlterStep[], column: string): string | undefined {
  let name = column;
  for (const step of steps) {
    if (step.do === 'remove' && step.column === name) return undefined;
    if (step.do === 'rename' && step.column === name) name = step.to;
  }
  return name;
}
