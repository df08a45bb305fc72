import type { Command } from '../../protocol/commands.ts';
import type { Problem } from '../../protocol/errors.ts';
import type { Left, Outcome } from '../../protocol/replies.ts';
import { decideAlterTable } from './alter-table.ts';
import { decideCreateTable } from './create-table.ts';
import { type Decision, type DecisionContext, refuse } from './decision.ts';
import { decideDelete } from './delete.ts';
import { decideDropTable } from './drop-table.ts';
import { decideErase } from './erase.ts';
import { type Event, isRowEvent, type Reverts } from './event.ts';
import { evolve } from './evolve.ts';
import { decideInsert } from './insert.ts';
import type { DecidedStep } from './planned-step.ts';
import { addLeft, decideRestore } from './restore.ts';
import type { Seal } from './sealing.ts';
import { Draft } from './state.ts';
import { decideUpdate } from './update.ts';
import { decideUpsert } from './upsert.ts';

/** What is decided about a whole command: its events, one outcome a step, or every problem of every step. */
export type CommandDecision =
  | { readonly events: readonly Event[]; readonly outcomes: readonly Outcome[] }
  | { readonly problems: readonly Problem[] };

export interface CommandContext {
  /** The ledger as the command will find it. Granted, its events are laid onto it; refused, it stays as it was. */
  readonly draft: Draft;
  /** The seq that the command's first event will have. */
  readonly firstSeq: number;
  readonly at: string;
  readonly by: string;
  readonly newKey: () => string;
  readonly seal: Seal;
}

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

/** Of a batch: the reason that stands for the steps without one, and the place of the first of these steps in it. */
export interface BatchPart {
  readonly why: string | undefined;
  readonly firstIndex: number | undefined;
}

/** What became of some steps: of those that are granted events and outcomes, of the others what is wrong with them. */
interface DecidedSteps {
  readonly events: readonly Event[];
  readonly outcomes: readonly Outcome[];
  readonly problems: readonly Problem[];
  readonly left: Left;
}

/**
 * Decides steps one after another and lays those that are granted onto the draft, whatever becomes of the others:
 * whether they take effect then is the caller's business.
 */
export function decideSteps(
  { draft, ...context }: CommandContext,
  steps: readonly DecidedStep[],
  batch: BatchPart | undefined,
): DecidedSteps {
  const events: Event[] = [];
  const outcomes: Outcome[] = [];
  const problems: Problem[] = [];
  let left: Left = {};
  const tangled = tangledTables(steps);
  for (const [index, step] of steps.entries()) {
    if (tangled.has(tableOf(step))) {
      // Its rows would have to be judged as they will be: only the alter itself is named, the rest is not judged.
      if (step.type === 'table.alter') problems.push(alterProblem(step.table, (batch?.firstIndex ?? 0) + index));
      continue;
    }
    const seq = context.firstSeq + events.length;
    const decision = decideStep({ state: draft, nextSeq: seq, newKey: context.newKey, seal: context.seal }, step);
    if ('problems' in decision) {
      const place = batch?.firstIndex === undefined ? {} : { index: batch.firstIndex + index };
      for (const one of decision.problems) problems.push({ ...one, ...place });
    } else if ('nothing' in decision) {
      left = addLeft(left, decision.nothing);
    } else if ('unchanged' in decision) {
      const { table, row } = decision.unchanged;
      outcomes.push({ table, key: row.key, seq: row.seq, version: row.version, changed: false });
    } else {
      const { event: first, also = [] } = decision;
      if (decision.left !== undefined) left = addLeft(left, decision.left);
      for (const one of [first, ...also]) {
        const event = batch ? withReason(one, batch.why) : one;
        events.push(event);
        evolve(draft, event, { seq: context.firstSeq + events.length - 1, at: context.at, by: context.by });
      }
      outcomes.push(outcomeOf(first, seq + also.length));
    }
  }
  return { events, outcomes, problems, left };
}

/** Tables that a batch alters and does something else to. A table is altered by itself, as its rows are judged before. */
function tangledTables(steps: readonly DecidedStep[]): ReadonlySet<string> {
  const counts = new Map<string, number>();
  for (const step of steps) counts.set(tableOf(step), (counts.get(tableOf(step)) ?? 0) + 1);
  const altered = steps.flatMap((step) => (step.type === 'table.alter' ? [step.table] : []));
  return new Set(altered.filter((table) => (counts.get(table) ?? 0) > 1));
}

function alterProblem(table: string, index: number): Problem {
  const message = `a batch that alters ${table} does nothing else to it; alter it in a command of its own`;
  return { code: 'invalid', message, index, table };
}

function tableOf(step: DecidedStep): string {
  switch (step.type) {
    case 'table.create':
      return step.name;
    case 'table.revert':
      return tableOf(step.step);
    // Of no table, or of several.
    case 'refuse':
    case 'leave':
      return '';
    default:
      return step.table;
  }
}

function withReason(event: Event, why: string | undefined): Event {
  return event.why === undefined && why !== undefined ? { ...event, why } : event;
}

function outcomeOf(event: Event, seq: number): Outcome {
  const table = event.table.definition.name;
  if (!isRowEvent(event)) return { table, seq, changed: true };
  return { table, key: event.key, seq, version: event.version, changed: true };
}

function decideStep(context: DecisionContext, step: DecidedStep): Decision {
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
