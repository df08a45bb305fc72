import { createHmac, type KeyObject } from 'node:crypto';
import { derivedKey } from '../keys/derived-key.ts';

/**
 * What the servers of a ledger know and its database does not: keys derived from their signing key. All servers agree on
 * them without telling each other, and a dump of the database is of no use without KEYS/signing.key.
 */
export class Secrets {
  readonly #sessionKey: Buffer;
  readonly #bodyKey: Buffer;

  constructor(signingKey: KeyObject) {
    this.#sessionKey = derivedKey(signingKey, 'session');
    this.#bodyKey = derivedKey(signingKey, 'account request');
  }

  /** The secret of a session: 32 bytes, the same each time. */
  ofSession(session: string): Buffer {
    return createHmac('sha256', this.#sessionKey).update(session).digest();
  }

  /** What a request that holds a password is recognised by when it is sent again; the password cannot be guessed from it. */
  bodyOf(text: string): Buffer {
    return createHmac('sha256', this.#bodyKey).update(text).digest();
  }
}
