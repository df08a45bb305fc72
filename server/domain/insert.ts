import type { StepOf } from '../../protocol/commands.ts';
import { type Decision, type DecisionContext, refuse } from './decision.ts';
import { findSlot, type Slot } from './find.ts';
import { listProblems, resultProblems, usableCells, withDefaults } from './row.ts';
import { sealEvent } from './sealing.ts';

/** A new row. Refused when the key is there. */
export function decideInsert(context: DecisionContext, step: StepOf<'row.insert'>): Decision {
  const slot = findSlot(context, step, 'absent');
  return 'refused' in slot ? slot.refused : insertRow(context, slot.found, step);
}

/** Inserts a row whose key is free: what insert does, and upsert when it finds none. */
export function insertRow(
  { state, seal }: DecisionContext,
  { table, key, bad }: Slot,
  { row, why }: StepOf<'row.insert'> | StepOf<'row.upsert'>,
): Decision {
  if (bad.length > 0) {
    return refuse(...listProblems(table, { key, bad, whole: withDefaults(table, usableCells(row, bad)) }));
  }
  const whole = withDefaults(table, row);
  const problems = resultProblems(state, { table, key, row: whole, set: whole });
  if (problems.length > 0) return refuse(...problems);
  return { event: sealEvent({ op: 'insert', table, key, version: 1, row: whole, why }, {}, seal) };
}
