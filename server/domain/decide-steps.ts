import type { Problem } from '../../protocol/errors.ts';
import type { Left, Outcome } from '../../protocol/replies.ts';
import type { Claims } from './claims.ts';
import { decideStep } from './decide-step.ts';
import type { Decision } from './decision.ts';
import { type Event, isRowEvent } from './event.ts';
import { evolve } from './evolve.ts';
import { addLeft } from './left.ts';
import { alterOf, type DecidedStep } from './planned-step.ts';
import type { Seal } from './sealing.ts';
import type { Draft } from './state.ts';

export interface CommandContext {
  /** The ledger as the command will find it. Granted, its events are laid onto it; refused, it stays as it was. */
  readonly draft: Draft;
  /** Values that its rows wait for: settled when all of its steps are decided, which is the caller's business. */
  readonly claims: Claims;
  /** The seq that the command's first event will have. */
  readonly firstSeq: number;
  readonly at: string;
  readonly by: string;
  readonly newKey: () => string;
  readonly seal: Seal;
}

/** Of a batch: the reason that stands for the steps without one, and the place of the first of these steps in it. */
export interface BatchPart {
  readonly why: string | undefined;
  readonly firstIndex: number | undefined;
}

/** What became of some steps: of those that are granted events and outcomes, of the others what is wrong with them. */
export interface DecidedSteps {
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
  context: CommandContext,
  steps: readonly DecidedStep[],
  batch: BatchPart | undefined,
): DecidedSteps {
  const deciding = new Deciding(context, batch);
  const tangled = tangledTables(steps);
  for (const [index, step] of steps.entries()) {
    // Its rows would have to be judged as they will be: only the alter itself is named, the rest is not judged.
    if (!tangled.has(tableOf(step))) deciding.take(step, index);
    else if (step.type === 'table.alter')
      deciding.problems.push(alterProblem(step.table, (batch?.firstIndex ?? 0) + index));
  }
  return deciding;
}

class Deciding implements DecidedSteps {
  readonly events: Event[] = [];
  readonly outcomes: Outcome[] = [];
  readonly problems: Problem[] = [];
  left: Left = {};
  readonly #context: CommandContext;
  readonly #batch: BatchPart | undefined;

  constructor(context: CommandContext, batch: BatchPart | undefined) {
    this.#context = context;
    this.#batch = batch;
  }

  take(step: DecidedStep, position: number): void {
    const { draft, firstSeq, newKey, seal } = this.#context;
    const waiting = this.#waitingFor(alterOf(step)?.table);
    if (waiting.length > 0) {
      this.problems.push(...waiting);
      return;
    }
    const seq = firstSeq + this.events.length;
    const { firstIndex } = this.#batch ?? {};
    const index = firstIndex === undefined ? undefined : firstIndex + position;
    const decision = decideStep({ state: draft, nextSeq: seq, newKey, seal }, step);
    if ('problems' in decision) this.#refuse(decision.problems, index);
    else if ('nothing' in decision) this.left = addLeft(this.left, decision.nothing);
    else if ('unchanged' in decision) {
      const { table, row } = decision.unchanged;
      this.outcomes.push({ table, key: row.key, seq: row.seq, version: row.version, changed: false });
    } else this.#grant(decision, seq, index);
  }

  /** Whoever waits for a value of a table that is altered: its values are told anew by its new columns, one row each. */
  #waitingFor(altered: string | undefined): readonly Problem[] {
    const { draft, claims } = this.#context;
    const table = altered === undefined ? undefined : draft.table(altered);
    return table === undefined ? [] : claims.settle(table.id);
  }

  #refuse(problems: readonly Problem[], index: number | undefined): void {
    for (const one of problems) this.problems.push(index === undefined ? one : { ...one, index });
  }

  #grant(
    { event: first, also = [], left }: Extract<Decision, { event: unknown }>,
    seq: number,
    index: number | undefined,
  ): void {
    const { firstSeq, at, by } = this.#context;
    if (left !== undefined) this.left = addLeft(this.left, left);
    for (const one of [first, ...also]) {
      const event = this.#batch ? withReason(one, this.#batch.why) : one;
      this.events.push(event);
      evolve(this.#context, event, { seq: firstSeq + this.events.length - 1, at, by }, index);
    }
    this.outcomes.push(outcomeOf(first, seq + also.length));
  }
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
