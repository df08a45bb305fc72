import type { StepOf } from '../../protocol/commands.ts';
import { type Decision, type DecisionContext, refuse, tableNotFound } from './decision.ts';
import { decideChange, expectationProblem } from './row.ts';

/** Sets the named cells of a row and leaves the others. */
export function decideUpdate({ state }: DecisionContext, step: StepOf<'row.update'>): Decision {
  const table = state.table(step.table);
  if (table === undefined) return tableNotFound(step.table);
  const place = { table: step.table, key: step.key };
  const row = state.row(table, step.key);
  const unmet = expectationProblem(step.expect ?? 'present', row, place) ?? expectationProblem('present', row, place);
  if (unmet !== undefined || row === undefined) return refuse(...(unmet === undefined ? [] : [unmet]));
  return decideChange(state, table, row, step);
}
