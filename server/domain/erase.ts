import type { StepOf } from '../../protocol/commands.ts';
import { sealedNames } from '../../protocol/sealed.ts';
import type { Cells } from '../../protocol/values.ts';
import { type Decision, type DecisionContext, problem, refuse, tableNotFound } from './decision.ts';
import { cellProblems } from './row.ts';
import { openedCells } from './sealing.ts';
import type { RowState } from './state.ts';

/**
 * Deletes for good what the sealed cells of a row stand for, those of its earlier lives too. The change tells who did
 * it, when and why; the row stays as everybody has it, so that no proof and no reader is disturbed.
 */
export function decideErase({ state }: DecisionContext, step: StepOf<'row.erase'>): Decision {
  const { key, why } = step;
  const table = state.table(step.table);
  if (table === undefined) return tableNotFound(step.table);
  const place = { table: step.table, key };
  const kept = state.sealed(table, key);
  const known = new Set([...sealedNames(table.definition), ...kept]);
  const wrong = (step.columns ?? []).filter((name) => !known.has(name));
  if (wrong.length > 0) {
    return refuse(
      ...cellProblems(
        place,
        wrong.map((column) => ({ column, message: 'is no sealed column' })),
      ),
    );
  }
  const columns = [...kept].filter((name) => step.columns?.includes(name) ?? true);
  const row = state.row(table, key);
  if (columns.length === 0) {
    if (row !== undefined) return { unchanged: { table: step.table, row } };
    return refuse(problem('row_not_found', `table ${step.table} has nothing sealed of a row ${key}`, place));
  }
  if (row === undefined) return { event: { op: 'erase', table, key, version: 0, columns, why } };
  const version = row.version + 1;
  const open = withoutValues(row, columns);
  return { event: { op: 'erase', table, key, version, row: row.cells, was: {}, columns, open, why } };
}

/** The row's real cells after and before: what was erased is a commitment from now on. */
function withoutValues(row: RowState, columns: readonly string[]): { readonly row: Cells; readonly was: Cells } {
  const before = openedCells(row);
  const gone = columns.filter((name) => name in row.cells);
  const pick = (cells: Cells): Cells => Object.fromEntries(gone.map((name) => [name, cells[name] ?? null]));
  return { row: { ...before, ...pick(row.cells) }, was: pick(before) };
}
