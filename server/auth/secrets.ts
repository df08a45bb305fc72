import type { KeyObject } from 'node:crypto';
import { Hmac } from '../../proof/hmac.ts';
import { derivedKey } from '../keys/derived-key.ts';

/**
 * What the servers of a ledger know and its database does not: keys derived from their signing key. All servers agree on
 * them without telling each other, and a dump of the database is of no use without KEYS/signing.key.
 */
export class Secrets {
  readonly #sessionKey: Hmac;
  readonly #bodyKey: Hmac;
  readonly #deviceKey: Hmac;

  constructor(signingKey: KeyObject) {
    this.#sessionKey = new Hmac(derivedKey(signingKey, 'session'));
    this.#bodyKey = new Hmac(derivedKey(signingKey, 'account request'));
    this.#deviceKey = new Hmac(derivedKey(signingKey, 'device'));
  }

  /** The secret of a session: 32 bytes, the same each time. */
  ofSession(session: string): Buffer {
    return Buffer.from(this.#sessionKey.of(session, 'hex'), 'hex');
  }

  /** What shows that a device, by its name, was given to this user at a login: base64url. */
  ofDevice(name: string, user: string): string {
    return this.#deviceKey.of(`${name}.${user}`, 'base64url');
  }

  /** What a request that holds a password is recognised by when it is sent again; the password cannot be guessed from it. */
  bodyOf(text: string): Buffer {
    return Buffer.from(this.#bodyKey.of(text, 'hex'), 'hex');
  }
}
