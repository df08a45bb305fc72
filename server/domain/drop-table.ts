import type { StepOf } from '../../protocol/commands.ts';
import { type Decision, type DecisionContext, tableNotFound } from './decision.ts';

/** Ends a table's life. Its changes stay in the log. */
export function decideDropTable({ state }: DecisionContext, step: StepOf<'table.drop'>): Decision {
  const table = state.table(step.table);
  if (table === undefined) return tableNotFound(step.table);
  return { event: { op: 'drop', table, was: table.definition, why: step.why } };
}
