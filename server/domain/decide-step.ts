import { decideAlterTable } from './alter-table.ts';
import { decideCreateTable } from './create-table.ts';
import { type Decision, type DecisionContext, refuse } from './decision.ts';
import { decideDelete } from './delete.ts';
import { decideDropTable } from './drop-table.ts';
import { decideErase } from './erase.ts';
import type { Reverts } from './event.ts';
import { decideInsert } from './insert.ts';
import type { DecidedStep } from './planned-step.ts';
import { decideRestore } from './restore.ts';
import { decideUpdate } from './update.ts';
import { decideUpsert } from './upsert.ts';

/** Decides one step against a state. */
export function decideStep(context: DecisionContext, step: DecidedStep): Decision {
  switch (step.type) {
    case 'row.insert':
      return decideInsert(context, step);
    case 'row.update':
      return decideUpdate(context, step);
    case 'row.upsert':
      return decideUpsert(context, step);
    case 'row.delete':
      return decideDelete(context, step);
    case 'row.erase':
      return decideErase(context, step);
    case 'table.create':
      return decideCreateTable(context, step);
    case 'table.alter':
      return decideAlterTable(context, step);
    case 'table.drop':
      return decideDropTable(context, step);
    case 'row.restore':
      return decideRestore(context, step);
    case 'table.revert':
      return marked(decideStep(context, step.step), step.reverts);
    case 'refuse':
      return refuse(step.problem);
    case 'leave':
      return { nothing: step.left };
    default:
      return step satisfies never;
  }
}

/** Every event of it says what it takes back. */
function marked(decision: Decision, reverts: Reverts): Decision {
  if (!('event' in decision)) return decision;
  const { event, also = [], ...rest } = decision;
  return { ...rest, event: { ...event, reverts }, also: also.map((one) => ({ ...one, reverts })) };
}
