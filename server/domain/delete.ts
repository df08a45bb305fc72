import type { StepOf } from '../../protocol/commands.ts';
import { type Decision, type DecisionContext, refuse, tableNotFound } from './decision.ts';
import { expectationProblem } from './row.ts';

/** Ends a row's life. Its history stays, and the change holds the whole row, so that it can be made again. */
export function decideDelete({ state }: DecisionContext, step: StepOf<'row.delete'>): Decision {
  const table = state.table(step.table);
  if (table === undefined) return tableNotFound(step.table);
  const place = { table: step.table, key: step.key };
  const row = state.row(table, step.key);
  const unmet = expectationProblem(step.expect ?? 'present', row, place) ?? expectationProblem('present', row, place);
  if (unmet !== undefined || row === undefined) return refuse(...(unmet === undefined ? [] : [unmet]));
  return {
    event: { op: 'delete', table, key: row.key, version: row.version + 1, was: row.cells, why: step.why },
  };
}
