import type { StepOf } from '../../protocol/commands.ts';
import type { Cells } from '../../protocol/values.ts';
import { type Decision, type DecisionContext, refuse, tableNotFound } from './decision.ts';
import {
  cellProblems,
  expectationProblem,
  listProblems,
  newRowKey,
  resultProblems,
  usableCells,
  withDefaults,
} from './row.ts';
import { givenCellsProblems } from './rules.ts';
import type { TableState } from './state.ts';

/** A new row. Refused when the key is there. */
export function decideInsert(context: DecisionContext, step: StepOf<'row.insert'>): Decision {
  const { state, newKey } = context;
  const table = state.table(step.table);
  if (table === undefined) return tableNotFound(step.table);
  const bad = givenCellsProblems(table.definition, step.row);
  const given = cellProblems({ table: step.table }, bad);
  const found = newRowKey(table, step, newKey);
  if ('problem' in found) return refuse(found.problem, ...given);
  const place = { table: step.table, key: found.key };
  const present = expectationProblem('absent', state.row(table, found.key), place);
  if (present !== undefined) return refuse({ ...present, message: `${present.message}; it was to be new` }, ...given);
  if (bad.length > 0) {
    const whole = withDefaults(table, usableCells(step.row, bad));
    return refuse(...listProblems(table, { key: found.key, bad, whole }));
  }
  return insertRow(context, { table, key: found.key, row: step.row, why: step.why });
}

/** Inserts a row whose key is known to be free and whose cells are of the right types. */
export function insertRow(
  { state }: DecisionContext,
  { table, key, row, why }: { table: TableState; key: string; row: Cells; why: string | undefined },
): Decision {
  const whole = withDefaults(table, row);
  const problems = resultProblems(state, { table, key, row: whole, set: whole });
  if (problems.length > 0) return refuse(...problems);
  return { event: { op: 'insert', table, key, version: 1, row: whole, why } };
}
