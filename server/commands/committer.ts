import { setTimeout as delay } from 'node:timers/promises';
import type { Logger } from 'pino';
import type { ErrorBody } from '../../protocol/errors.ts';
import type { Change } from '../log/record.ts';
import { Refused } from '../refused.ts';
import { classifyFailure } from './failure.ts';
import { commitGroup, type GroupContext } from './group.ts';
import { commitLarge } from './large/commit-large.ts';
import {
  type Answer,
  type AnySubmission,
  changesTables,
  isLarge,
  type LargeSubmission,
  type Submission,
  stepsOf,
} from './submission.ts';

export interface CommitterOptions extends GroupContext {
  /** Commands that may wait; more are answered `busy`. */
  readonly queueCommandsMax: number;
  /** Commands that one transaction takes. */
  readonly groupCommandsMax: number;
  /** Called with what was appended, once it is durable. */
  readonly onCommitted: (changes: readonly Change[]) => void;
  /** Called when something was appended that is too much to be handed over. */
  readonly onAppended: () => void;
  readonly log: Logger;
}

interface Waiting<Kind extends AnySubmission = AnySubmission> {
  readonly submission: Kind;
  readonly answer: (answer: Answer) => void;
}

/** Row changes that one transaction takes, so that a few large batches do not make one enormous one. */
const groupStepsMax = 10_000;
const stopping: ErrorBody = {
  code: 'unavailable',
  message: 'the server is stopping; send the command again',
  retryAfterMs: 500,
};
/** How long a group is tried again while the database is away, before its commands are answered `unavailable`. */
const unavailableAfterMs = 5_000;
const retryPauseMs = { first: 20, most: 500 } as const;

/**
 * Takes commands one by one and commits them in groups: while one transaction is under way, the commands that arrive
 * wait, and then go together (idea: S2). One group at a time, as the head's lock would make them wait anyway.
 */
export class Committer {
  readonly counters = { commands: 0, groups: 0, changes: 0, refused: 0, retries: 0, busy: 0 };
  readonly #options: CommitterOptions;
  readonly #queue: Waiting[] = [];
  #working: Promise<void> | undefined;
  #stopped = false;
  #halted: ErrorBody | undefined;
  /** Large commands that wait or are in work, by id and body. */
  readonly #large = new Map<string, Promise<Answer>>();

  constructor(options: CommitterOptions) {
    this.#options = options;
  }

  /** Answers when the command is durable, or was refused; `busy` at once when too many wait. */
  submit(submission: AnySubmission): Promise<Answer> {
    return isLarge(submission) ? this.#submitLarge(submission) : this.#submit(submission);
  }

  #submit(submission: AnySubmission): Promise<Answer> {
    const refusal = this.#refusal();
    if (refusal !== undefined) return Promise.resolve({ error: refusal });
    return new Promise((answer) => {
      this.#queue.push({ submission, answer });
      this.#working ??= this.#work();
    });
  }

  /**
   * Who waits long for an answer asks again under the same id, as it may be lost: such a command is not done for each
   * asking, but answered to all of them.
   */
  async #submitLarge(submission: LargeSubmission): Promise<Answer> {
    const name = `${submission.id} ${submission.body} ${submission.dryRun}`;
    const before = this.#large.get(name);
    if (before !== undefined) return await before;
    const answering = this.#submit(submission);
    this.#large.set(name, answering);
    try {
      return await answering;
    } finally {
      this.#large.delete(name);
    }
  }

  /** Answers every command from now on with this refusal, those too that wait already: only what is at its COMMIT is done. */
  halt(refusal: ErrorBody): void {
    this.#halted = refusal;
  }

  /** For what is written beside the commands. @throws Refused as they are, when nothing may be written any more */
  refuseHalted(): void {
    if (this.#halted !== undefined) throw new Refused(this.#halted);
  }

  /** Takes no more commands and returns when those taken are answered; a large one in work is given up. */
  async drain(): Promise<void> {
    this.#stopped = true;
    await this.#working;
  }

  #refusal(): ErrorBody | undefined {
    const refusal = this.#interruption();
    if (refusal !== undefined) return refusal;
    if (this.#queue.length < this.#options.queueCommandsMax) return undefined;
    this.counters.busy += 1;
    return { code: 'busy', message: 'too many commands are waiting; send it again a little later', retryAfterMs: 100 };
  }

  #interruption(): ErrorBody | undefined {
    if (this.#halted !== undefined) return this.#halted;
    return this.#stopped ? stopping : undefined;
  }

  async #work(): Promise<void> {
    // One turn of the event loop: commands that arrived together go together.
    await new Promise(setImmediate);
    while (this.#queue.length > 0) await this.#commit(this.#takeGroup());
    this.#working = undefined;
  }

  #takeGroup(): Waiting[] {
    let steps = 0;
    let count = 0;
    for (const { submission } of this.#queue) {
      const alone = isLarge(submission) || changesTables(submission.command);
      if (alone && count > 0) break;
      if (!isLarge(submission)) steps += stepsOf(submission.command).length;
      if (count > 0 && steps > groupStepsMax) break;
      count += 1;
      if (alone || count >= this.#options.groupCommandsMax) break;
    }
    return this.#queue.splice(0, count);
  }

  async #commit(group: readonly Waiting[]): Promise<void> {
    const giveUpAt = performance.now() + unavailableAfterMs;
    for (let pauseMs: number = retryPauseMs.first; ; pauseMs = Math.min(pauseMs * 2, retryPauseMs.most)) {
      try {
        await this.#commitOnce(group);
        return;
      } catch (error) {
        const failure = classifyFailure(error);
        if (failure.kind === 'command') {
          await this.#commitApart(group, error, failure.answer);
          return;
        }
        if (failure.kind === 'refused' || performance.now() > giveUpAt) {
          this.#options.log.error({ err: error }, 'commands could not be committed');
          answerAll(group, failure.answer);
          return;
        }
        this.counters.retries += 1;
        this.#options.log.warn({ err: error }, 'a group of commands is committed again');
        await delay(pauseMs);
      }
    }
  }

  async #commitOnce(group: readonly Waiting[]): Promise<void> {
    if (areSmall(group)) return await this.#commitSmall(group);
    // It goes alone: this is one.
    for (const large of group.filter(isLargeWaiting)) await this.#commitLarge(large);
  }

  async #commitLarge({ submission, answer }: Waiting<LargeSubmission>): Promise<void> {
    const context = { ...this.#options, interruption: () => this.#interruption() };
    const committed = await commitLarge(context, submission);
    this.#count([committed.answer], committed.changes);
    if (committed.changes > 0) this.#options.onAppended();
    answer(committed.answer);
  }

  async #commitSmall(group: readonly Waiting<Submission>[]): Promise<void> {
    const submissions = group.map(({ submission }) => submission);
    const context = { ...this.#options, halted: () => this.#halted };
    const { answers, changes } = await commitGroup(context, submissions);
    this.#count(answers, changes.length);
    if (changes.length > 0) this.#options.onCommitted(changes);
    for (const [index, { answer }] of group.entries()) {
      const given = answers[index];
      if (given !== undefined) answer(given);
    }
  }

  /** One command made the transaction fail: each goes by itself, so that its neighbours are undisturbed (D14). */
  async #commitApart(group: readonly Waiting[], error: unknown, answer: ErrorBody | undefined): Promise<void> {
    if (group.length > 1) {
      for (const one of group) await this.#commit([one]);
      return;
    }
    if (answer !== undefined) {
      answerAll(group, answer);
      return;
    }
    const id = group[0]?.submission.id;
    this.#options.log.error({ err: error, command: id }, 'a command failed in a way that no rule foresaw');
    answerAll(group, { code: 'internal', message: `the command failed; the server's log says why under its id ${id}` });
  }

  #count(answers: readonly Answer[], changes: number): void {
    this.counters.groups += 1;
    this.counters.commands += answers.length;
    this.counters.changes += changes;
    this.counters.refused += answers.filter((answer) => 'error' in answer).length;
  }
}

function isLargeWaiting(waiting: Waiting): waiting is Waiting<LargeSubmission> {
  return isLarge(waiting.submission);
}

function areSmall(group: readonly Waiting[]): group is readonly Waiting<Submission>[] {
  return !group.some(isLargeWaiting);
}

function answerAll(group: readonly Waiting[], error: ErrorBody): void {
  for (const { answer } of group) answer({ error });
}
