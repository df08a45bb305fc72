import type { ErrorBody, Problem } from '../../../protocol/errors.ts';
import { limits } from '../../../protocol/limits.ts';
import type { CommandReply, Left, Outcome } from '../../../protocol/replies.ts';
import { inOrder } from '../../domain/decision.ts';
import { addLeft } from '../../domain/left.ts';
import { refusal } from '../reply.ts';

/** What a large command comes to, told without keeping what became of each step. */
export class Tally {
  readonly #problems: Problem[] = [];
  #problemCount = 0;
  #steps = 0;
  #changes = 0;
  #seq = 0;
  #left: Left = {};

  /** Steps so far. */
  get steps(): number {
    return this.#steps;
  }

  get changes(): number {
    return this.#changes;
  }

  add(decided: {
    readonly steps: number;
    readonly changes: number;
    readonly outcomes: readonly Outcome[];
    readonly problems: readonly Problem[];
    readonly left: Left;
  }): void {
    this.#steps += decided.steps;
    this.#changes += decided.changes;
    this.#left = addLeft(this.#left, decided.left);
    for (const { seq } of decided.outcomes) this.#seq = Math.max(this.#seq, seq);
    this.refuse(decided.problems);
  }

  refuse(problems: readonly Problem[]): void {
    this.#problemCount += problems.length;
    this.#problems.push(...problems.slice(0, limits.problemsMax - this.#problems.length));
  }

  get refusal(): ErrorBody | undefined {
    return this.#problemCount === 0 ? undefined : refusal(inOrder(this.#problems), this.#problemCount);
  }

  /** Of the reply: a reader that has reached `seq` has seen the effect. */
  get reply(): Pick<CommandReply, 'seq' | 'changed' | 'left'> & { readonly changes: number } {
    const some = Object.entries(this.#left).filter(([, count]) => (count ?? 0) > 0);
    return {
      ...{ seq: this.#seq, changed: this.#changes > 0, changes: this.#changes },
      ...(some.length > 0 ? { left: Object.fromEntries(some) } : {}),
    };
  }
}
