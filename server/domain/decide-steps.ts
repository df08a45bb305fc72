import type { Problem } from '../../protocol/errors.ts';
import type { Left, Outcome } from '../../protocol/replies.ts';
import { decideStep } from './decide-step.ts';
import type { Decision } from './decision.ts';
import { type Event, isRowEvent } from './event.ts';
import { evolve } from './evolve.ts';
import { addLeft } from './left.ts';
import { type DecidedStep, isRestore, type RestoreStep } from './planned-step.ts';
import type { Seal } from './sealing.ts';
import type { Draft } from './state.ts';

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

/** Of a batch: the reason that stands for the steps without one, and the place of the first of these steps in it. */
export interface BatchPart {
  readonly why: string | undefined;
  readonly firstIndex: number | undefined;
}

/** A row that would come back as it was, but for values that other rows hold: they may let go of them yet. */
export interface HeldStep {
  readonly step: RestoreStep;
  readonly problems: readonly Problem[];
}

/** What became of some steps: of those that are granted events and outcomes, of the others what is wrong with them. */
export interface DecidedSteps {
  readonly events: readonly Event[];
  readonly outcomes: readonly Outcome[];
  readonly problems: readonly Problem[];
  /** Not among the problems: whoever asked says how long they wait. */
  readonly held: readonly HeldStep[];
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
  deciding.retryHeld();
  return deciding;
}

class Deciding implements DecidedSteps {
  readonly events: Event[] = [];
  readonly outcomes: Outcome[] = [];
  readonly problems: Problem[] = [];
  held: HeldStep[] = [];
  left: Left = {};
  readonly #context: CommandContext;
  readonly #batch: BatchPart | undefined;

  constructor(context: CommandContext, batch: BatchPart | undefined) {
    this.#context = context;
    this.#batch = batch;
  }

  take(step: DecidedStep, index?: number): void {
    const { draft, firstSeq, newKey, seal } = this.#context;
    const seq = firstSeq + this.events.length;
    const decision = decideStep({ state: draft, nextSeq: seq, newKey, seal }, step);
    if ('problems' in decision) this.#refuse(decision, step, index);
    else if ('nothing' in decision) this.left = addLeft(this.left, decision.nothing);
    else if ('unchanged' in decision) {
      const { table, row } = decision.unchanged;
      this.outcomes.push({ table, key: row.key, seq: row.seq, version: row.version, changed: false });
    } else this.#grant(decision, seq);
  }

  /**
   * Tries those again whose values were held, the last first: rows come as the changes that are taken back were made, last
   * change first, and where that is the wrong order the other one is the right one. What is left then waits for rows
   * that are not here, or for one another.
   */
  retryHeld(): void {
    for (let before = -1; this.held.length > 0 && before !== this.events.length; ) {
      before = this.events.length;
      const again = this.held.reverse();
      this.held = [];
      for (const { step } of again) this.take(step);
    }
  }

  #refuse({ problems, isHeld }: Extract<Decision, { problems: unknown }>, step: DecidedStep, index = 0): void {
    const place = this.#batch?.firstIndex === undefined ? {} : { index: this.#batch.firstIndex + index };
    if (isHeld && isRestore(step)) this.held.push({ step, problems });
    else for (const one of problems) this.problems.push({ ...one, ...place });
  }

  #grant({ event: first, also = [], left }: Extract<Decision, { event: unknown }>, seq: number): void {
    const { draft, firstSeq, at, by } = this.#context;
    if (left !== undefined) this.left = addLeft(this.left, left);
    for (const one of [first, ...also]) {
      const event = this.#batch ? withReason(one, this.#batch.why) : one;
      this.events.push(event);
      evolve(draft, event, { seq: firstSeq + this.events.length - 1, at, by });
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
