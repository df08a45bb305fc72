import type { ErrorBody } from '../../protocol/errors.ts';
import { Lane } from './lane.ts';
import { verifyPassword } from './password.ts';

/** Logins that wait to be hashed: each takes half a second, 128 MB and one of Node's four threads (W3). */
const waitingMax = 8;
const pauseMs = { first: 250, most: 2_000 } as const;
/** What an unknown name is judged by, so that it costs as much as a known one, when there is no known one at all. */
const nobodysHash = `scrypt$131072$8$1$${'A'.repeat(22)}$${'A'.repeat(43)}`;
/** Names whose failures are remembered; beyond, the oldest is forgotten. */
const namesMax = 10_000;

interface Failures {
  readonly count: number;
  /** Clock of performance.now(), in milliseconds. */
  readonly allowedAt: number;
}

/**
 * Judges passwords. An unknown name costs the same time and gets the same answer as a wrong password (W5), failures
 * make the next try for that name wait a little longer each time, and hashing goes one at a time.
 */
export class Login {
  readonly #administrators: ReadonlyMap<string, string>;
  readonly #decoy: string;
  readonly #lane = new Lane({ waitingMax });
  readonly #failures = new Map<string, Failures>();

  constructor(administrators: ReadonlyMap<string, string>) {
    this.#administrators = administrators;
    this.#decoy = [...administrators.values()][0] ?? nobodysHash;
  }

  /** undefined when the password is right, else the refusal. */
  async judge(user: string, password: string): Promise<ErrorBody | undefined> {
    const waitMs = this.#waitMs(user);
    if (waitMs > 0) {
      const message = 'too many wrong passwords for this name; wait a moment';
      return { code: 'login_throttled', message, retryAfterMs: Math.ceil(waitMs) };
    }
    const judged = this.#lane.run(async () => verifyPassword(password, this.#administrators.get(user) ?? this.#decoy));
    if (judged === undefined)
      return { code: 'busy', message: 'too many logins at once; try again', retryAfterMs: 1_000 };
    if ((await judged) && this.#administrators.has(user)) {
      this.#failures.delete(user);
      return undefined;
    }
    this.#remember(user);
    return { code: 'login_failed', message: 'wrong name or password' };
  }

  #waitMs(user: string): number {
    return (this.#failures.get(user)?.allowedAt ?? 0) - performance.now();
  }

  #remember(user: string): void {
    const count = (this.#failures.get(user)?.count ?? 0) + 1;
    const pause = Math.min(pauseMs.first * 2 ** (count - 1), pauseMs.most);
    this.#failures.delete(user);
    this.#failures.set(user, { count, allowedAt: performance.now() + pause });
    const [oldest] = this.#failures.keys();
    if (this.#failures.size > namesMax && oldest !== undefined) this.#failures.delete(oldest);
  }
}
