import { createHash } from 'node:crypto';
import { sql } from 'kysely';
import type { ErrorBody } from '../../protocol/errors.ts';
import type { Database } from '../database/database.ts';
import { Refused } from '../refused.ts';
import { Failures } from './failures.ts';
import { type Asker, type Lane, LaneFullError } from './lane.ts';

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
  /** Names the device, or the session, with which it was shown that an owner of the account was there before. */
  readonly known?: string | undefined;
}

/**
 * Judges passwords. An unknown name, and a disabled one, cost the same time and get the same answer as a wrong password
 * (W5). Failures make the next try for that name, and from that connection, wait a little longer each time; who comes on
 * a connection that has not failed need not wait for a name that others fail at, one at a time. Whoever is known waits only
 * for failures of their own, and has a place in the lane that strangers cannot take, however many connections they have.
 */
export class Login {
  readonly #parts: LoginParts;
  readonly #names = new Failures({ free: 0 });
  /** Several people may come by one connection, through a gateway. */
  readonly #peers = new Failures({ free: 4 });
  /** Whoever mistypes, or was disabled and is enabled again, need not wait. */
  readonly #known = new Failures({ free: 4 });
  /** Throttled names that somebody without a failure is trying now. */
  readonly #excepted = new Set<string>();

  constructor(parts: LoginParts) {
    this.#parts = parts;
  }

  /** The hash of the account's password when the given one is right. @throws Refused */
  async judge(attempt: Attempt): Promise<string> {
    const { user, peer, known } = attempt;
    if (known !== undefined) return await this.#judgeKnown(attempt, known);
    const waitMs = Math.max(this.#peers.waitMs(peer), this.#names.waitMs(user));
    const isExcepted = waitMs > 0 && !this.#peers.has(peer) && !this.#excepted.has(user);
    if (waitMs > 0 && !isExcepted) throw new Refused(throttled(waitMs));
    if (isExcepted) this.#excepted.add(user);
    try {
      const hash = await this.#judge(attempt, { peer, standing: this.#peers.has(peer) ? 'failed' : 'new' });
      this.#names.clear(user);
      this.#peers.clear(peer);
      return hash;
    } catch (error) {
      if (isWrong(error)) {
        this.#names.add(user);
        this.#peers.add(peer);
      }
      throw error;
    } finally {
      if (isExcepted) this.#excepted.delete(user);
    }
  }

  /** One at a time for an account, whatever number of devices it has. */
  async #judgeKnown(attempt: Attempt, known: string): Promise<string> {
    const waitMs = this.#known.waitMs(known);
    if (waitMs > 0) throw new Refused(throttled(waitMs));
    try {
      const hash = await this.#judge(attempt, knownAsker(attempt.user));
      this.#known.clear(known);
      return hash;
    } catch (error) {
      if (isWrong(error)) this.#known.add(known);
      throw error;
    }
  }

  /** @throws Refused `login_failed`, `busy` */
  async #judge(attempt: Attempt, asker: Asker): Promise<string> {
    // The place in the lane comes before anything that costs: who is turned away costs no look into the database.
    const verified = this.#parts.lane.run(() => this.#verify(attempt), asker);
    if (verified === undefined) throw busy();
    const hash = await verified.catch(asBusy);
    if (hash === undefined) throw wrongPassword();
    return hash;
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

/** Somebody of whom it is known that they are, or were, logged in as `user`. */
export function knownAsker(user: string): Asker {
  return { peer: `user ${user}`, standing: 'known' };
}

function isWrong(error: unknown): boolean {
  return error instanceof Refused && error.body.code === 'login_failed';
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
