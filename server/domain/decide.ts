import type { Command } from '../../protocol/commands.ts';
import type { Problem } from '../../protocol/errors.ts';
import type { Outcome } from '../../protocol/replies.ts';
import { Claims } from './claims.ts';
import { type CommandContext, decideSteps } from './decide-steps.ts';
import { inOrder } from './decision.ts';
import type { Event } from './event.ts';
import { Draft } from './state.ts';

/** What is decided about a whole command: its events, one outcome a step, or every problem of every step. */
export type CommandDecision =
  | { readonly events: readonly Event[]; readonly outcomes: readonly Outcome[] }
  | { readonly problems: readonly Problem[] };

/**
 * Decides a command: all of its steps, one after another, each against the state that the ones before it leave, all or
 * nothing; but whether a value of a unique column stands twice is judged at the end. Pure but for the draft. A refusal names the problems of every step, not only of the first.
 */
export function decide(
  { draft: below, firstSeq, at, by, newKey, seal }: Omit<CommandContext, 'claims'>,
  command: Command,
): CommandDecision {
  const isBatch = command.type === 'batch';
  const steps = isBatch ? command.commands : [command];
  const draft = new Draft(below);
  const batch = isBatch ? { why: command.why, firstIndex: 0 } : undefined;
  const claims = new Claims();
  const { problems, events, outcomes } = decideSteps({ draft, claims, firstSeq, at, by, newKey, seal }, steps, batch);
  const waiting = claims.settle();
  if (problems.length > 0 || waiting.length > 0) return { problems: inOrder([...problems, ...waiting]) };
  draft.applyTo(below);
  return { events, outcomes };
}
