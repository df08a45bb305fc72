import { createHash } from 'node:crypto';
import { sql } from 'kysely';
import type { ErrorBody } from '../../protocol/errors.ts';
import type { Database } from '../database/database.ts';
import { Refused } from '../refused.ts';
import { Failures } from './failures.ts';
import { type Lane, LaneFullError } from './lane.ts';

/** What an unknown name is judged by, so that it costs as much as a known one, when there is no known one at all. */
const nobodysHash = `scrypt$131072$8$1$${'A'.repeat(22)}$${'A'.repeat(43)}`;

export interface LoginParts {
  readonly database: Database;
  /** Where passwords are hashed, one at a time. */
  readonly lane: Lane;
  readonly verify: (password: string, hash: string) => Promise<boolean>;
}

export interface Attempt {
  readonly user: string;
  readonly password: string;
  /** The connection that it came by. */
  readonly peer: string;
}

/**
 * Judges passwords. An unknown name, and a disabled one, cost the same time and get the same answer as a wrong password
 * (W5). Failures make the next try for that name, and from that connection, wait a little longer each time; who comes on
 * a connection that has not failed need not wait for a name that others fail at, one at a time.
 */
export class Login {
  readonly #parts: LoginParts;
  readonly #names = new Failures({ free: 0 });
  /** Several people may come by one connection, through a gateway. */
  readonly #peers = new Failures({ free: 4 });
  /** Throttled names that somebody without a failure is trying now. */
  readonly #excepted = new Set<string>();

  constructor(parts: LoginParts) {
    this.#parts = parts;
  }

  /** The hash of the account's password when the given one is right. @throws Refused */
  async judge(attempt: Attempt): Promise<string> {
    const { user, peer } = attempt;
    const waitMs = Math.max(this.#peers.waitMs(peer), this.#names.waitMs(user));
    const isExcepted = waitMs > 0 && !this.#peers.has(peer) && !this.#excepted.has(user);
    if (waitMs > 0 && !isExcepted) throw new Refused(throttled(waitMs));
    if (isExcepted) this.#excepted.add(user);
    try {
      return await this.#judge(attempt);
    } finally {
      if (isExcepted) this.#excepted.delete(user);
    }
  }

  async #judge(attempt: Attempt): Promise<string> {
    const { user, peer } = attempt;
    // The place in the lane comes before anything that costs: who is turned away costs no look into the database.
    const verified = this.#parts.lane.run(() => this.#verify(attempt), peer, !this.#peers.has(peer));
    if (verified === undefined) throw busy();
    const hash = await verified.catch(asBusy);
    if (hash !== undefined) {
      this.#names.clear(user);
      this.#peers.clear(peer);
      return hash;
    }
    this.#names.add(user);
    this.#peers.add(peer);
    throw wrongPassword();
  }

  async #verify({ user, password }: Attempt): Promise<string | undefined> {
    const { hash, known } = await this.#hashOf(user);
    return (await this.#parts.verify(password, hash)) && known ? hash : undefined;
  }

  /**
   * The hash to judge by. Who is not known is judged by the hash of one who is, always the same one for a name: older
   * hashes cost less, and an unknown name must not be told by what it costs.
   */
  async #hashOf(user: string): Promise<{ readonly hash: string; readonly known: boolean }> {
    const place = createHash('sha256').update(user).digest().readUInt32BE();
    const { rows } = await sql<{ own: string | null; other: string | null }>`
      SELECT (SELECT password FROM account WHERE name = ${user} AND NOT disabled) AS own,
             (SELECT password FROM account ORDER BY name
              OFFSET ${place} % (SELECT greatest(count(*), 1) FROM account) LIMIT 1) AS other`.execute(
      this.#parts.database,
    );
    const [found] = rows;
    const own = found?.own ?? undefined;
    return { hash: own ?? found?.other ?? nobodysHash, known: own !== undefined };
  }
}

function asBusy(error: unknown): never {
  throw error instanceof LaneFullError ? busy() : error;
}

export function wrongPassword(): Refused {
  return new Refused({ code: 'login_failed', message: 'wrong name or password' });
}

export function busy(): Refused {
  return new Refused({ code: 'busy', message: 'too many logins at once; try again', retryAfterMs: 500 });
}

function throttled(waitMs: number): ErrorBody {
  const message = 'too many wrong passwords for this name; wait a moment';
  return { code: 'login_throttled', message, retryAfterMs: Math.ceil(waitMs) };
}
