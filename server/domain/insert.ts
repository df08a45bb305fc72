import type { StepOf } from '../../protocol/commands.ts';
import type { Cells } from '../../protocol/values.ts';
import { type Decision, type DecisionContext, refuse, tableNotFound } from './decision.ts';
import { cellProblems, expectationProblem, newRowKey, resultProblems, withDefaults } from './row.ts';
import { givenCellsProblems } from './rules.ts';
import type { TableState } from './state.ts';

/** A new row. Refused when the key is there. */
export function decideInsert(context: DecisionContext, step: StepOf<'row.insert'>): Decision {
  const { state, newKey } = context;
  const table = state.table(step.table);
  if (table === undefined) return tableNotFound(step.table);
  const given = cellProblems({ table: step.table }, givenCellsProblems(table.definition, step.row));
  const found = newRowKey(table, step, newKey);
  if ('problem' in found) return refuse(found.problem, ...given);
  const place = { table: step.table, key: found.key };
  const present = expectationProblem('absent', state.row(table, found.key), place);
  if (present !== undefined) return refuse({ ...present, message: `${present.message}; it was to be new` }, ...given);
  if (given.length > 0) return refuse(...given.map((one) => ({ ...one, key: found.key })));
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
