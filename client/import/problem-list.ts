import type { ImportProblem } from './import-error.ts';
import { importLimits } from './import-limits.ts';

/** What is wrong with a file: the first so many, and the number of all. */
export class ProblemList {
  readonly #held: ImportProblem[] = [];
  #count = 0;

  add(...problems: readonly ImportProblem[]): void {
    this.#count += problems.length;
    for (const problem of problems) {
      if (this.#held.length >= importLimits.problemsHeld) return;
      this.#held.push(problem);
    }
  }

  /** Some that are known by their number only. */
  addUnseen(count: number): void {
    this.#count += count;
  }

  get count(): number {
    return this.#count;
  }

  /** In order of the lines. */
  get list(): readonly ImportProblem[] {
    return this.#held.toSorted((a, b) => (a.line ?? 0) - (b.line ?? 0));
  }
}
