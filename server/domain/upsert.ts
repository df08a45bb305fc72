import type { StepOf } from '../../protocol/commands.ts';
import { type Decision, type DecisionContext, refuse, tableNotFound } from './decision.ts';
import { insertRow } from './insert.ts';
import {
  cellProblems,
  decideChange,
  expectationProblem,
  listProblems,
  newRowKey,
  usableCells,
  withDefaults,
} from './row.ts';
import { givenCellsProblems } from './rules.ts';

/** Inserts a row, or where the key is there, sets its named cells. */
export function decideUpsert(context: DecisionContext, step: StepOf<'row.upsert'>): Decision {
  const { state, newKey } = context;
  const table = state.table(step.table);
  if (table === undefined) return tableNotFound(step.table);
  const bad = givenCellsProblems(table.definition, step.row);
  const given = cellProblems({ table: step.table }, bad);
  const found = newRowKey(table, step, newKey);
  if ('problem' in found) return refuse(found.problem, ...given);
  const { key } = found;
  const row = state.row(table, key);
  const unmet = expectationProblem(step.expect ?? 'any', row, { table: step.table, key });
  if (unmet !== undefined) return refuse(unmet, ...given);
  if (row !== undefined) return decideChange(state, table, row, step);
  if (bad.length > 0) {
    const whole = withDefaults(table, usableCells(step.row, bad));
    return refuse(...listProblems(table, { key, bad, whole }));
  }
  return insertRow(context, { table, key, row: step.row, why: step.why });
}
