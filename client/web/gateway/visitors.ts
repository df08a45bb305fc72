import { randomBytes } from 'node:crypto';
import type { GatewayOptions } from './options.ts';
import { Upstream } from './upstream.ts';

/** Browsers that a private gateway remembers; the one that was used least recently is forgotten. */
const visitorsMax = 32;

/** A browser that was let in, and who is logged in with it. */
export class Visitor {
  readonly id = randomBytes(32).toString('base64url');
  readonly #options: GatewayOptions;
  readonly #everybody: Upstream;
  #own: Upstream | undefined;
  #idle: NodeJS.Timeout | undefined;

  constructor(options: GatewayOptions, everybody: Upstream) {
    this.#options = options;
    this.#everybody = everybody;
  }

  get upstream(): Upstream {
    return this.#own ?? this.#everybody;
  }

  get isLoggedIn(): boolean {
    return this.#own !== undefined;
  }

  /** A deed of the person: the login goes on. What a page does by itself is none. */
  use(): void {
    if (this.#own === undefined) return;
    clearTimeout(this.#idle);
    this.#idle = setTimeout(() => void this.logout(), this.#options.idleMinutes * 60_000).unref();
  }

  /** @throws RowcastError `login_failed`, `login_throttled` … */
  async login(user: string, password: string): Promise<LoginState> {
    const own = new Upstream(this.#options);
    try {
      const { role, expires } = await own.ledger.login(user, password);
      own.opens = role === 'administrator';
      await this.logout();
      this.#own = own;
      this.use();
      return { user, role, expires, idleMinutes: this.#options.idleMinutes };
    } catch (error) {
      await own.close();
      throw error;
    }
  }

  /** Ends the session at the server too; where that cannot be reached, it ends there by its own limits. */
  async logout(): Promise<void> {
    const own = this.#own;
    this.#own = undefined;
    clearTimeout(this.#idle);
    if (own === undefined) return;
    try {
      await own.ledger.logout({ timeoutMs: 2_000 });
    } catch {
      // It is forgotten here, and unused there.
    } finally {
      await own.close();
    }
  }
}

export interface LoginState {
  readonly user: string;
  readonly role: string;
  readonly expires: string;
  readonly idleMinutes: number;
}

/** Those that a private gateway has let in, each by an address that is good once. */
export class Visitors {
  readonly #options: GatewayOptions;
  readonly #everybody: Upstream;
  readonly #byId = new Map<string, Visitor>();
  #pass = newPass();

  constructor(options: GatewayOptions, everybody: Upstream) {
    this.#options = options;
    this.#everybody = everybody;
  }

  /** What lets the next one in, once. */
  get pass(): string {
    return this.#pass;
  }

  /** Undefined when the pass is not the one that is good now. */
  admit(pass: string): Visitor | undefined {
    if (pass !== this.#pass) return undefined;
    this.#pass = newPass();
    const visitor = new Visitor(this.#options, this.#everybody);
    this.#byId.set(visitor.id, visitor);
    this.#forgetOldest();
    return visitor;
  }

  find(id: string): Visitor | undefined {
    const visitor = this.#byId.get(id);
    if (visitor === undefined) return undefined;
    // Last in the map is last used.
    this.#byId.delete(id);
    this.#byId.set(id, visitor);
    return visitor;
  }

  async close(): Promise<void> {
    await Promise.all([...this.#byId.values()].map((visitor) => visitor.logout()));
  }

  #forgetOldest(): void {
    const [oldest] = this.#byId.values();
    if (this.#byId.size <= visitorsMax || oldest === undefined) return;
    this.#byId.delete(oldest.id);
    void oldest.logout();
  }
}

function newPass(): string {
  return randomBytes(24).toString('base64url');
}
