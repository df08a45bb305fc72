import type { StepOf } from '../../protocol/commands.ts';
import { type Decision, type DecisionContext, problem, refuse, tableNotFound } from './decision.ts';
import { alterDefinition } from './definition.ts';
import { cellProblems } from './row.ts';

/** Changes a table's columns. Refused when a row that is there would lose something or break a rule. */
export function decideAlterTable({ state }: DecisionContext, step: StepOf<'table.alter'>): Decision {
  const table = state.table(step.table);
  if (table === undefined) return tableNotFound(step.table);
  const altered = alterDefinition(table.definition, step.steps);
  if ('problems' in altered) return refuse(...cellProblems({ table: step.table }, altered.problems));
  const { definition } = altered;
  const { problems, more } = state.survey(table);
  if (problems.length > 0) {
    const listed = problems.flatMap((one) => cellProblems({ table: step.table, key: one.key }, [one]));
    const rest = more === 0 ? [] : [problem('invalid', `and ${more} more rows or columns`, { table: step.table })];
    return refuse(...listed, ...rest);
  }
  return {
    event: { op: 'alter', table, definition, steps: step.steps, was: table.definition, why: step.why },
  };
}
