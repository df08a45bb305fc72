import { timingSafeEqual } from 'node:crypto';
import { Hmac } from '../../proof/hmac.ts';
import { limits } from '../../protocol/limits.ts';
import { parseToken, provenHead } from '../../protocol/token.ts';
import { Refused } from '../refused.ts';
import type { TokenField } from '../token-field.ts';
import { Nonces } from './nonces.ts';
import type { Secrets } from './secrets.ts';

/** Keys that are kept so that they need not be derived for every request; they are few hundred bytes each. */
const keysMax = 10_000;
/** Of a proof, in base64url. */
const proofChars = 43;

/**
 * Judges the proofs that requests carry. A wrong one costs two HMACs and no look into the database; one that is right
 * is good once. Everything here happens in one turn, so that two requests cannot use one count.
 */
export class Proofs {
  readonly #secrets: Secrets;
  readonly #nonces: Nonces;
  /** Of sessions that proved something lately. */
  readonly #keys = new Map<string, Hmac>();

  constructor(secrets: Secrets, nonces = new Nonces()) {
    this.#secrets = secrets;
    this.#nonces = nonces;
  }

  /** A nonce of this server for a session. */
  attach(session: string): string {
    return this.#nonces.make(session);
  }

  /** The nonces of a session that has ended are of no use any more. */
  end(session: string): void {
    this.#nonces.end(session);
    this.#keys.delete(session);
  }

  /**
   * The session that a token proves for a request; whether it still lives is another question. Who has not even a nonce
   * does not have many bytes hashed.
   * @throws Refused `session_expired`
   */
  prove({ token: text, proven }: TokenField): Proved {
    const token = parseToken(text);
    if (token === undefined) throw sessionExpired();
    const state = this.#nonces.stateOf(token);
    if (state === 'used') throw sessionExpired();
    const { session } = token;
    if (state === 'unknown' && proven.length > limits.strangerRequestBytesMax) return { session, isAttached: false };
    const key = this.#keys.get(session) ?? new Hmac(this.#secrets.ofSession(session));
    if (!isEqual(token.proof, key.of(provenHead(token), 'base64url', proven))) throw sessionExpired();
    this.#keep(session, key);
    if (state === 'fresh') this.#nonces.use(token);
    return { session, isAttached: state === 'fresh' };
  }

  #keep(session: string, key: Hmac): void {
    if (this.#keys.has(session)) return;
    if (this.#keys.size >= keysMax) this.#keys.clear();
    this.#keys.set(session, key);
  }
}

export interface Proved {
  readonly session: string;
  /** Whether this server gave the nonce; without that, nothing is proved: the request may be one that was captured. */
  readonly isAttached: boolean;
}

/** Two proofs are compared in: one pair for all, as new ones would take longer than the comparison. */
const given = Buffer.alloc(proofChars);
const expected = Buffer.alloc(proofChars);

/** Whether two proofs are the same, in a time that does not tell where they differ. */
function isEqual(one: string, other: string): boolean {
  given.write(one, 'latin1');
  expected.write(other, 'latin1');
  return timingSafeEqual(given, expected);
}

/** One text for whatever is wrong with a session, so that nobody learns what. */
export function sessionExpired(): Refused {
  return new Refused({ code: 'session_expired', message: 'the session has ended; log in again' });
}

export function unattached(): Refused {
  return new Refused({ code: 'session_unattached', message: 'this server gave no such nonce; ask it: session.attach' });
}
