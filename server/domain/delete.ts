import type { StepOf } from '../../protocol/commands.ts';
import type { Decision, DecisionContext } from './decision.ts';
import { findRow } from './find.ts';

/** Ends a row's life. Its history stays, and the change holds the whole row, so that it can be made again. */
export function decideDelete({ state }: DecisionContext, step: StepOf<'row.delete'>): Decision {
  const place = findRow(state, step);
  if ('refused' in place) return place.refused;
  const { table, row } = place.found;
  return { event: { op: 'delete', table, key: row.key, version: row.version + 1, was: row.cells, why: step.why } };
}
