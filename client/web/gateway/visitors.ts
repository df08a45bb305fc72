import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';
import type { GatewayOptions } from './options.ts';
import type { Upstream } from './upstream.ts';
import { Visitor } from './visitor.ts';
import { readVisitors, visitorsFile, writeVisitors } from './visitors-file.ts';

/** Browsers that a private gateway remembers; the one that was used least recently is forgotten. */
const visitorsMax = 32;

/**
 * Those that a private gateway has let in, each by an address that is good once. What a browser has to show is kept as its
 * SHA-256 only, over a restart too.
 */
export class Visitors {
  readonly #options: GatewayOptions;
  readonly #everybody: Upstream;
  readonly #path: string | undefined;
  readonly #byHash = new Map<string, Visitor>();
  #pass = newSecret();
  #writing: Promise<void> = Promise.resolve();

  private constructor(options: GatewayOptions, { everybody, path }: { everybody: Upstream; path: string | undefined }) {
    this.#options = options;
    this.#everybody = everybody;
    this.#path = path;
  }

  /** Those of the gateway at this port, as they are remembered. */
  static async open(options: GatewayOptions, everybody: Upstream, port: number): Promise<Visitors> {
    const { visitors: folder, servers } = options;
    const path = folder && visitorsFile(folder, { port, servers });
    const visitors = new Visitors(options, { everybody, path });
    const known = path === undefined ? [] : await readVisitors(path);
    for (const hash of known.slice(-visitorsMax)) visitors.#byHash.set(hash, new Visitor(options, everybody));
    return visitors;
  }

  /** What lets the next one in, once. */
  get pass(): string {
    return this.#pass;
  }

  /** What the browser that came with the pass has to show from now on; undefined when the pass is not the one that is good now. */
  admit(pass: string): string | undefined {
    if (!timingSafeEqual(digest(pass), digest(this.#pass))) return undefined;
    this.#pass = newSecret();
    const secret = newSecret();
    this.#byHash.set(keyOf(secret), new Visitor(this.#options, this.#everybody));
    this.#forgetOldest();
    this.#keep();
    return secret;
  }

  find(secret: string): Visitor | undefined {
    const key = keyOf(secret);
    const visitor = this.#byHash.get(key);
    if (visitor === undefined) return undefined;
    // Last in the map is last used.
    this.#byHash.delete(key);
    this.#byHash.set(key, visitor);
    return visitor;
  }

  /** Everybody is logged out; the browsers stay let in. */
  async close(): Promise<void> {
    await Promise.all([...this.#byHash.values()].map((visitor) => visitor.forget('the gateway was stopped')));
    await this.#writing;
  }

  #forgetOldest(): void {
    const [oldest] = this.#byHash;
    if (this.#byHash.size <= visitorsMax || oldest === undefined) return;
    const [key, visitor] = oldest;
    this.#byHash.delete(key);
    void visitor.forget();
  }

  #keep(): void {
    const path = this.#path;
    if (path === undefined) return;
    this.#writing = this.#writing
      .then(() => writeVisitors(path, [...this.#byHash.keys()]))
      .catch((error: unknown) => this.#options.onTrouble?.(error));
  }
}

function newSecret(): string {
  return randomBytes(32).toString('base64url');
}

function digest(secret: string): Buffer {
  return createHash('sha256').update(secret).digest();
}

function keyOf(secret: string): string {
  return digest(secret).toString('base64url');
}
