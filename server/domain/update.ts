import type { StepOf } from '../../protocol/commands.ts';
import type { Decision, DecisionContext } from './decision.ts';
import { findRow } from './find.ts';
import { decideChange } from './row.ts';

/** Sets the named cells of a row and leaves the others. */
export function decideUpdate(context: DecisionContext, step: StepOf<'row.update'>): Decision {
  const place = findRow(context.state, step);
  return 'refused' in place ? place.refused : decideChange(context, place.found, step);
}
