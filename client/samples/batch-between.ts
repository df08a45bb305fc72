import { isDeepStrictEqual } from 'node:util';
import type { Step } from '../../protocol/commands.ts';
import type { Cell, Cells } from '../../protocol/values.ts';

/** Rows by their key; each row holds its key column too. */
export type State = ReadonlyMap<string, Cells>;

/** The commands that turn a table from one state into another: deletes, updates of the changed cells, inserts. */
export function batchBetween(table: string, before: State, after: State): Step[] {
  const deletes: Step[] = [];
  for (const key of before.keys()) if (!after.has(key)) deletes.push({ type: 'row.delete', table, key });
  const updates: Step[] = [];
  const inserts: Step[] = [];
  for (const [key, row] of after) {
    const old = before.get(key);
    if (old === undefined) {
      inserts.push({ type: 'row.insert', table, row });
      continue;
    }
    const changed = changedCells(old, row);
    if (Object.keys(changed).length > 0) updates.push({ type: 'row.update', table, key, row: changed });
  }
  return [...deletes, ...updates, ...inserts];
}

/** What an update has to name: cells that differ, and null for those that are gone. */
function changedCells(before: Cells, after: Cells): Cells {
  const changed: Record<string, Cell> = {};
  for (const [name, cell] of Object.entries(after)) {
    if (!isDeepStrictEqual(before[name], cell)) changed[name] = cell;
  }
  for (const name of Object.keys(before)) if (!(name in after)) changed[name] = null;
  return changed;
}
