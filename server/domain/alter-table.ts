import type { StepOf } from '../../protocol/commands.ts';
import { orderedCells } from '../../protocol/reshape.ts';
import { type Decision, type DecisionContext, problem, refuse, tableNotFound } from './decision.ts';
import { alterDefinition, newlySealed } from './definition.ts';
import type { RowEvent } from './event.ts';
import { cellProblems } from './row.ts';
import { type Seal, sealEvent } from './sealing.ts';
import type { TableState, Unsealed } from './state.ts';

/** Changes a table's columns. Refused when a row that is there would lose something or break a rule. */
export function decideAlterTable({ state, seal }: DecisionContext, step: StepOf<'table.alter'>): Decision {
  const table = state.table(step.table);
  if (table === undefined) return tableNotFound(step.table);
  const changed = alterDefinition(table.definition, step.steps);
  if ('problems' in changed) return refuse(...cellProblems({ table: step.table }, changed.problems));
  const { definition } = changed;
  const { problems, more, toSeal = [] } = state.survey(table);
  if (problems.length > 0) {
    const listed = problems.flatMap((one) => cellProblems({ table: step.table, key: one.key }, [one]));
    const rest = more === 0 ? [] : [problem('invalid', `and ${more} more rows or columns`, { table: step.table })];
    return refuse(...listed, ...rest);
  }
  const sealing = new Set(newlySealed(table.definition, definition, step.steps));
  const altered = { id: table.id, definition };
  return {
    event: { op: 'alter', table, definition, steps: step.steps, was: table.definition, why: step.why },
    also: toSeal.map((row) => sealRow(altered, row, { sealing, seal, why: step.why })),
  };
}

interface Sealing {
  readonly sealing: ReadonlySet<string>;
  readonly seal: Seal;
  readonly why: string | undefined;
}

/** Puts commitments in place of the values that a row shows. Its past stays public: nothing can take that back. */
function sealRow(
  table: TableState,
  { key, version, cells, open }: Unsealed,
  { sealing, seal, why }: Sealing,
): RowEvent {
  const was = Object.fromEntries(Object.entries(open).filter(([name]) => sealing.has(name)));
  const row = orderedCells(table.definition.columns, open);
  return sealEvent({ op: 'update', table, key, version: version + 1, row, was, why }, cells, seal);
}
