import type { Expect, StepOf } from '../../protocol/commands.ts';
import { type CellProblem, givenCellsProblems } from '../../protocol/rules.ts';
import { type Decision, type DecisionContext, refuse, tableNotFound } from './decision.ts';
import { cellProblems, expectationProblem, newRowKey, rowNotFound } from './row.ts';
import type { LedgerState, RowState, TableState } from './state.ts';

/** What a step is about, found as the step expects it, or the refusal. */
type Found<What> = { readonly found: What } | { readonly refused: Decision };

/** The row that an update or a delete names: it has to be there. */
export function findRow(
  state: LedgerState,
  step: StepOf<'row.update'> | StepOf<'row.delete'>,
): Found<{ readonly table: TableState; readonly row: RowState }> {
  const table = state.table(step.table);
  if (table === undefined) return { refused: tableNotFound(step.table) };
  const place = { table: step.table, key: step.key };
  const row = state.row(table, step.key);
  const unmet = expectationProblem(step.expect ?? 'present', row, place);
  if (unmet !== undefined) return { refused: refuse(unmet) };
  if (row === undefined) return { refused: refuse(rowNotFound(place)) };
  return { found: { table, row } };
}

/** Where an insert or an upsert goes: its key, and the row that is there. */
export interface Slot {
  readonly table: TableState;
  readonly key: string;
  readonly row: RowState | undefined;
  /** What is wrong with the step's cells by themselves. */
  readonly bad: readonly CellProblem[];
}

/** Finds where an insert or an upsert goes. Its refusals list the bad cells too. */
export function findSlot(
  { state, newKey }: DecisionContext,
  step: StepOf<'row.insert'> | StepOf<'row.upsert'>,
  expect: Expect,
): Found<Slot> {
  const table = state.table(step.table);
  if (table === undefined) return { refused: tableNotFound(step.table) };
  const bad = givenCellsProblems(table.definition, step.row);
  const given = cellProblems({ table: step.table }, bad);
  const named = newRowKey(table, step, newKey);
  if ('problem' in named) return { refused: refuse(named.problem, ...given) };
  const { key } = named;
  const row = state.row(table, key);
  const unmet = expectationProblem(expect, row, { table: step.table, key });
  if (unmet !== undefined) return { refused: refuse(unmet, ...given) };
  return { found: { table, key, row, bad } };
}
