import type { Command } from '../../protocol/commands.ts';
import type { Problem } from '../../protocol/errors.ts';
import type { Outcome } from '../../protocol/replies.ts';
import { type CommandContext, decideSteps } from './decide-steps.ts';
import type { Event } from './event.ts';
import { Draft } from './state.ts';

/** What is decided about a whole command: its events, one outcome a step, or every problem of every step. */
export type CommandDecision =
  | { readonly events: readonly Event[]; readonly outcomes: readonly Outcome[] }
  | { readonly problems: readonly Problem[] };

/**
 * Decides a command: all of its steps, one after another, each against the state that the ones before it leave, all or
 * nothing. Pure but for the draft. A refusal names the problems of every step, not only of the first.
 */
export function decide(context: CommandContext, command: Command): CommandDecision {
  const isBatch = command.type === 'batch';
  const steps = isBatch ? command.commands : [command];
  const draft = new Draft(context.draft);
  const batch = isBatch ? { why: command.why, firstIndex: 0 } : undefined;
  const { problems, events, outcomes } = decideSteps({ ...context, draft }, steps, batch);
  if (problems.length > 0) return { problems };
  draft.applyTo(context.draft);
  return { events, outcomes };
}
