import { randomBytes } from 'node:crypto';
import { limits } from '../../protocol/limits.ts';

const nonceBytes = 16;

/** Which counts were used with one nonce: the highest, and a bit for each of the window behind it. */
class UsedCounts {
  readonly #bits = new Uint8Array(limits.countWindow / 8);
  #highest = 0;

  /** Whether a count was used before, or is too far behind to tell. */
  has(count: number): boolean {
    if (count <= this.#highest - limits.countWindow) return true;
    if (count > this.#highest) return false;
    const { byte, bit } = placeOf(count);
    return ((this.#bits[byte] ?? 0) & bit) !== 0;
  }

  /** Uses a count up that was not used. */
  add(count: number): void {
    if (count > this.#highest) this.#advance(count);
    const { byte, bit } = placeOf(count);
    this.#bits[byte] = (this.#bits[byte] ?? 0) | bit;
  }

  #advance(count: number): void {
    const steps = Math.min(count - this.#highest, limits.countWindow);
    for (let step = 0; step < steps; step += 1) {
      const { byte, bit } = placeOf(count - step);
      this.#bits[byte] = (this.#bits[byte] ?? 0) & ~bit;
    }
    this.#highest = count;
  }
}

function placeOf(count: number): { readonly byte: number; readonly bit: number } {
  const place = count % limits.countWindow;
  return { byte: Math.floor(place / 8), bit: 2 ** (place % 8) };
}

interface Nonce {
  readonly session: string;
  /** Made when it is first used: most that a stranger asks for never are. */
  used: UsedCounts | undefined;
}

/** A count of a nonce, as a token has it. */
interface Counted {
  readonly session: string;
  readonly nonce: string;
  readonly count: number;
}

export interface NoncesOptions {
  readonly perSessionMax: number;
  readonly allMax: number;
}

/**
 * The nonces that this server has given out, in its memory only: after a restart, or at another server, a client asks for
 * another. Whoever knows a session's id may ask for nonces of it, so those that nothing was ever proved with go first
 * when there are too many: a stranger cannot drive out the one that is in use.
 */
export class Nonces {
  readonly #options: NoncesOptions;
  /** In order of making. */
  readonly #unproved = new Map<string, Nonce>();
  readonly #proved = new Map<string, Nonce>();
  readonly #ofSession = new Map<string, Set<string>>();

  constructor(options: NoncesOptions = { perSessionMax: 64, allMax: 10_000 }) {
    this.#options = options;
  }

  make(session: string): string {
    const name = randomBytes(nonceBytes).toString('base64url');
    const own = this.#ofSession.get(session) ?? new Set();
    this.#ofSession.set(session, own);
    own.add(name);
    this.#unproved.set(name, { session, used: undefined });
    if (own.size > this.#options.perSessionMax) this.#forgetOneOf(own);
    if (this.#unproved.size + this.#proved.size > this.#options.allMax) this.#forgetOldest();
    return name;
  }

  /** Whether a count may be used, whatever its proof is. */
  stateOf({ session, nonce, count }: Counted): 'unknown' | 'fresh' | 'used' {
    const found = this.#proved.get(nonce) ?? this.#unproved.get(nonce);
    if (found?.session !== session) return 'unknown';
    return found.used?.has(count) ? 'used' : 'fresh';
  }

  /** Uses a fresh count up, for a request whose proof is right. */
  use({ nonce, count }: Counted): void {
    const found = this.#proved.get(nonce) ?? this.#unproved.get(nonce);
    if (found === undefined) return;
    if (this.#unproved.delete(nonce)) this.#proved.set(nonce, found);
    found.used ??= new UsedCounts();
    found.used.add(count);
  }

  /** Forgets those of a session that has ended. */
  end(session: string): void {
    for (const name of this.#ofSession.get(session) ?? []) {
      this.#unproved.delete(name);
      this.#proved.delete(name);
    }
    this.#ofSession.delete(session);
  }

  #forgetOneOf(own: ReadonlySet<string>): void {
    const names = [...own];
    const name = names.find((one) => this.#unproved.has(one)) ?? names[0];
    if (name !== undefined) this.#forget(name);
  }

  #forgetOldest(): void {
    const [name] = this.#unproved.size > 0 ? this.#unproved.keys() : this.#proved.keys();
    if (name !== undefined) this.#forget(name);
  }

  #forget(name: string): void {
    const nonce = this.#unproved.get(name) ?? this.#proved.get(name);
    this.#unproved.delete(name);
    this.#proved.delete(name);
    const own = nonce === undefined ? undefined : this.#ofSession.get(nonce.session);
    own?.delete(name);
    if (nonce !== undefined && own?.size === 0) this.#ofSession.delete(nonce.session);
  }
}
