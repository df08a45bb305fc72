import type { StepOf } from '../../protocol/commands.ts';
import { type Decision, type DecisionContext, problem, refuse } from './decision.ts';
import { definitionProblems, plainDefinition } from './definition.ts';
import { cellProblems } from './row.ts';

/** A new table. Its life is named by the seq of this very change. */
export function decideCreateTable({ state, nextSeq }: DecisionContext, step: StepOf<'table.create'>): Decision {
  const { type: _type, why, ...given } = step;
  const definition = plainDefinition(given);
  const place = { table: step.name };
  if (state.table(step.name) !== undefined) {
    return refuse(problem('table_exists', `there is a table ${step.name} already`, place));
  }
  const problems = cellProblems(place, definitionProblems(definition));
  if (problems.length > 0) return refuse(...problems);
  return { event: { op: 'create', table: { id: nextSeq, definition }, definition, why } };
}
