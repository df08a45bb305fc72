import { randomBytes, timingSafeEqual } from 'node:crypto';
import type { Secrets } from './secrets.ts';

const nameBytes = 16;

/**
 * What a client is given when somebody has logged in with it, and shows when they do so again: `NAME.PROOF`. It opens
 * nothing; it only tells the owner's devices from those of strangers who guess (OWASP: device cookies). Nothing is kept of
 * it here: every server of the ledger can tell its own.
 */
export class Devices {
  readonly #secrets: Secrets;

  constructor(secrets: Secrets) {
    this.#secrets = secrets;
  }

  give(user: string): string {
    const name = randomBytes(nameBytes).toString('base64url');
    return `${name}.${this.#secrets.ofDevice(name, user)}`;
  }

  /** The name of a device that was given to this user; undefined when it was not. */
  nameOf(device: string, user: string): string | undefined {
    const [, name, proof] = /^([A-Za-z0-9_-]{22})\.([A-Za-z0-9_-]{43})$/.exec(device) ?? [];
    if (name === undefined || proof === undefined) return undefined;
    const right = timingSafeEqual(Buffer.from(proof), Buffer.from(this.#secrets.ofDevice(name, user)));
    return right ? name : undefined;
  }
}
