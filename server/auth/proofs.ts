import { timingSafeEqual } from 'node:crypto';
import { Hmac } from '../../proof/hmac.ts';
import { parseToken, provenText } from '../../protocol/token.ts';
import { Refused } from '../refused.ts';
import { Nonces } from './nonces.ts';
import type { Secrets } from './secrets.ts';

/** Keys that are kept so that they need not be derived for every request; they are few hundred bytes each. */
const keysMax = 10_000;

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
   * The session that a token proves for a request; whether it still lives is another question.
   * @throws Refused `session_expired`
   */
  prove(text: string, requestId: string): Proved {
    const token = parseToken(text);
    if (token === undefined) throw sessionExpired();
    const key = this.#keys.get(token.session) ?? new Hmac(this.#secrets.ofSession(token.session));
    const expected = key.of(provenText(token, requestId), 'base64url');
    if (!timingSafeEqual(Buffer.from(token.proof), Buffer.from(expected))) throw sessionExpired();
    this.#keep(token.session, key);
    const use = this.#nonces.use(token);
    if (use === 'used') throw sessionExpired();
    return { session: token.session, isAttached: use === 'fresh' };
  }

  #keep(session: string, key: Hmac): void {
    if (this.#keys.has(session)) return;
    if (this.#keys.size >= keysMax) this.#keys.clear();
    this.#keys.set(session, key);
  }
}

export interface Proved {
  readonly session: string;
  /** Whether this server gave the nonce; without that, the request may be one that was captured. */
  readonly isAttached: boolean;
}

/** One text for whatever is wrong with a session, so that nobody learns what. */
export function sessionExpired(): Refused {
  return new Refused({ code: 'session_expired', message: 'the session has ended; log in again' });
}

export function unattached(): Refused {
  return new Refused({ code: 'session_unattached', message: 'this server gave no such nonce; ask it: session.attach' });
}
