import type { StepOf } from '../../protocol/commands.ts';
import type { Decision, DecisionContext } from './decision.ts';
import { findRow } from './find.ts';
import { openedCells, sealEvent } from './sealing.ts';

/** Ends a row's life. Its history stays, and the change holds the whole row, so that it can be made again. */
export function decideDelete({ state, seal }: DecisionContext, step: StepOf<'row.delete'>): Decision {
  const place = findRow(state, step);
  if ('refused' in place) return place.refused;
  const { table, row } = place.found;
  const { key, version, cells } = row;
  const was = openedCells(row);
  return { event: sealEvent({ op: 'delete', table, key, version: version + 1, was, why: step.why }, cells, seal) };
}
