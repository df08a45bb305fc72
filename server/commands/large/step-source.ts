import type { Executor } from '../../database/writer.ts';
import type { DecidedStep } from '../../domain/planned-step.ts';
import type { Head } from '../../log/head.ts';

/** What a source reads its steps with: the transaction that will record them. */
export interface SourceReading {
  readonly transaction: Executor;
  /** The log as the command finds it. What is behind `seq` is the command's own, as far as it has got. */
  readonly head: Head;
}

/**
 * Where the steps of a large command come from: parts that were staged, entries of the log that are to be undone.
 *
 * To make a command of any size of a new kind: add its schema to `protocol/large-commands.ts`, write a source, and name
 * it in `source-of.ts`. The rest is done here (`commit-large.ts`): the lock, its id, deciding, recording, projecting, the
 * refusal with every problem, the dry run.
 *
 * Everything is asked inside the transaction, under the head's lock, so what a source reads stays true. It may throw
 * `Refused`, which becomes the answer; nothing is recorded then.
 *
 * @example
 * class UndoOf implements StepSource {
 *   async count({ head }) { return head.seq - this.#after; }
 *   async *steps({ transaction, head }) {
 *     for (let last = head.seq; last > this.#after; last -= 1_000) yield await this.#inverses(transaction, last);
 *   }
 * }
 */
export interface StepSource {
  /** Reason of the steps that have none of their own. */
  readonly why: string | undefined;
  /** Whether the sender counts the steps as the source does: then a problem says which one it is of. */
  readonly isNumbered: boolean;
  /**
   * How many changes there will be, which every entry has to name before the last is known. A guess, such as one change
   * a step: where it turns out wrong, everything is taken back and done once more with the right number.
   */
  count(reading: SourceReading): Promise<number>;
  /**
   * The steps in order, in chunks as large as may lie in memory. It is iterated once or twice, from the state that
   * `head` names both times, and has to give the same steps. A chunk is asked for before the one ahead of it is decided,
   * unless that one changes tables: tables are as the steps so far leave them, and so are rows directly behind a change of
   * tables; else rows may be as they were before the chunk ahead. The log up to `head.seq` is as it was.
   */
  steps(reading: SourceReading): AsyncIterable<readonly DecidedStep[]>;
  /** Tidies up when all is recorded, within the transaction. Not called for a refusal or a dry run. */
  finish?(reading: SourceReading): Promise<void>;
}
