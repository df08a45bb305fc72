import type { Verdict } from './gate.ts';

/** Says who may read the feed, where not everybody may. */
export interface FeedAdmission {
  /** Whether the holder of this client key (base64url) may read the feed now. */
  admits(key: string): Promise<boolean>;
  /** Those of these keys that may read it no more. */
  expelled(keys: readonly string[]): Promise<readonly string[]>;
}

/** After so many milliseconds in which nobody could say who may still read, nobody may: well within the 5 s of a logout. */
const doubtMsMax = 3_000;
/** How long the answer to the question who may still read is waited for, in milliseconds. */
const answerMsMax = 1_500;

/**
 * Whose keys were let in to the feed since its socket was opened. libzmq does not say which of them are still there, and
 * cannot cut off one of them: when one may read no more, all are sent away and come back.
 */
export class FeedReaders {
  readonly #admission: FeedAdmission | undefined;
  #keys = new Set<string>();
  #knownAt = performance.now();

  /** @param admission undefined: anyone may read, and nobody's key is kept */
  constructor(admission: FeedAdmission | undefined) {
    this.#admission = admission;
  }

  async judge(key: string): Promise<Verdict> {
    if (this.#admission === undefined) return 'admitted';
    if (!(await this.#admission.admits(key))) return 'refused';
    this.#keys.add(key);
    return 'admitted';
  }

  /** All connections are gone. */
  forget(): void {
    this.#keys = new Set();
  }

  /**
   * Whether somebody reads who may not any more; also when that could not be found out for too long.
   * @param onFault told why it could not be found out
   */
  async hasExpelled(onFault: (error: unknown) => void): Promise<boolean> {
    if (this.#admission === undefined || this.#keys.size === 0) return this.#know(false);
    try {
      return this.#know((await inTime(this.#admission.expelled([...this.#keys]))).length > 0);
    } catch (error) {
      onFault(error);
      return performance.now() - this.#knownAt > doubtMsMax;
    }
  }

  #know(answer: boolean): boolean {
    this.#knownAt = performance.now();
    return answer;
  }
}

/** A database that hangs must not keep the feed open. */
async function inTime<Value>(answer: Promise<Value>): Promise<Value> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`no answer in ${answerMsMax} ms`)), answerMsMax);
  });
  try {
    return await Promise.race([answer, late]);
  } finally {
    clearTimeout(timer);
  }
}
