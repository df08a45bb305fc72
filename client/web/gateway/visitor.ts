import { RowcastError, type RowcastErrorCode } from '../../index.ts';
import type { GatewayOptions } from './options.ts';
import { Upstream } from './upstream.ts';

/** Milliseconds between two looks at whether the server still knows the session. */
const lookMs = 10_000;
/** Milliseconds that the server may take to end a session. */
const logoutMsMax = 2_000;

/** Why a feed ends that was of another login than the browser has now. */
export class LoginChanged extends Error {
  override readonly name = 'LoginChanged';
  readonly code: 'logged_in' | 'logged_out';

  constructor(code: LoginChanged['code'], message: string) {
    super(message);
    this.code = code;
  }
}

export interface LoginState {
  readonly user: string;
  readonly role: string;
  readonly expires: string;
  readonly idleMinutes: number;
}

interface Login {
  readonly user: string;
  readonly role: string;
  readonly upstream: Upstream;
}

/** A browser that was let in, and who is logged in with it. The session's secret stays here (W9). */
export class Visitor {
  readonly #options: GatewayOptions;
  readonly #everybody: Upstream;
  /** Of each user that has logged in with this browser. */
  readonly #devices = new Map<string, string>();
  #login: Login | undefined;
  #isForgotten = false;
  #idle: NodeJS.Timeout | undefined;
  #look: NodeJS.Timeout | undefined;
  #era = new AbortController();

  constructor(options: GatewayOptions, everybody: Upstream) {
    this.#options = options;
    this.#everybody = everybody;
  }

  get upstream(): Upstream {
    return this.#login?.upstream ?? this.#everybody;
  }

  /** Undefined when nobody is logged in. */
  get user(): string | undefined {
    return this.#login?.user;
  }

  /** Without a sign of the person, after which a login ends. */
  get idleMinutes(): number {
    return this.#options.idleMinutes;
  }

  /** Aborted, with a {@link LoginChanged}, when somebody else is logged in, or nobody any more. */
  get era(): AbortSignal {
    return this.#era.signal;
  }

  /** A sign of the person: the login goes on. What a page does by itself is none. */
  use(): void {
    clearTimeout(this.#idle);
    if (this.#login === undefined) return;
    const { idleMinutes } = this;
    const message = `for ${idleMinutes} minutes there was no sign of ${this.#login.user}: the login has ended`;
    this.#idle = setTimeout(() => void this.logout(message), idleMinutes * 60_000).unref();
  }

  /**
   * Asked over the one connection that all who are not logged in share: so the server sees who fails again and again, and
   * holds them up. @throws RowcastError `login_failed`, `login_throttled` …
   */
  async login(user: string, password: string): Promise<LoginState> {
    const known = this.#devices.get(user);
    const began = await this.#everybody.ledger.request({ type: 'session.login', user, password, device: known });
    const { session, secret, role, expires, device } = began;
    if (device !== undefined) this.#devices.set(user, device);
    const opens = role === 'administrator';
    const upstream = new Upstream(this.#options, { token: `${session}.${secret}`, opens });
    const login = { user: began.user, role, upstream };
    if (this.#isForgotten) {
      await endSession(login);
      throw new RowcastError('login_required', 'this browser is not let in any more');
    }
    const before = this.#login;
    this.#enter(login, new LoginChanged('logged_in', `${login.user} has logged in`));
    if (before !== undefined) await endSession(before);
    return { user: login.user, role, expires, idleMinutes: this.idleMinutes };
  }

  /** Ends the session at the server too; where that cannot be reached, it ends there by its own limits. */
  async logout(message = 'the login was ended'): Promise<void> {
    const before = this.#login;
    if (before === undefined) return;
    this.#enter(undefined, new LoginChanged('logged_out', message));
    await endSession(before);
  }

  /** The server does not know the session any more: it has expired, or was ended there. */
  async expire(of: Upstream): Promise<void> {
    const before = this.#login;
    if (before === undefined || before.upstream !== of) return;
    this.#enter(undefined, new LoginChanged('logged_out', 'the login has expired, or was ended elsewhere'));
    await before.upstream.close();
  }

  /** It is not let in any more, nor is a login that is on its way. */
  async forget(message = 'this browser is not let in any more'): Promise<void> {
    this.#isForgotten = true;
    await this.logout(message);
  }

  #enter(login: Login | undefined, why: LoginChanged): void {
    this.#login = login;
    this.use();
    clearInterval(this.#look);
    if (login !== undefined) this.#look = setInterval(() => void this.#ask(login), lookMs).unref();
    const era = this.#era;
    this.#era = new AbortController();
    era.abort(why);
  }

  /** A session that was revoked is not told of by itself, nor that its owner may do less now: see less, too. */
  async #ask({ user, role, upstream }: Login): Promise<void> {
    try {
      const now = await upstream.ledger.accounts.status();
      if (now.role !== role && this.#login?.upstream === upstream) await this.logout(`${user} is ${now.role} now`);
    } catch (error) {
      if (error instanceof RowcastError && ended.has(error.code)) await this.expire(upstream);
    }
  }
}

const ended: ReadonlySet<RowcastErrorCode> = new Set(['session_expired', 'login_required']);

async function endSession({ upstream }: Login): Promise<void> {
  try {
    await upstream.ledger.logout({ timeoutMs: logoutMsMax });
  } catch {
    // It is forgotten here, and unused there.
  } finally {
    await upstream.close();
  }
}
