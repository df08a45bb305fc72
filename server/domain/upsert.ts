import type { StepOf } from '../../protocol/commands.ts';
import type { Decision, DecisionContext } from './decision.ts';
import { findSlot } from './find.ts';
import { insertRow } from './insert.ts';
import { decideChange } from './row.ts';

/** Inserts a row, or where the key is there, sets its named cells. */
export function decideUpsert(context: DecisionContext, step: StepOf<'row.upsert'>): Decision {
  const slot = findSlot(context, step, step.expect ?? 'any');
  if ('refused' in slot) return slot.refused;
  const { table, row } = slot.found;
  return row === undefined ? insertRow(context, slot.found, step) : decideChange(context, { table, row }, step);
}
