import type { SessionOf, SessionRequest } from '../../protocol/session.ts';
import { Refused } from '../refused.ts';
import type { Audit } from './audit.ts';
import type { AuditCounts } from './audit-counts.ts';
import type { Devices } from './devices.ts';
import type { FeedKeys } from './feed-keys.ts';
import { InWork } from './in-work.ts';
import { type Login, wrongPassword } from './login.ts';
import { type Proofs, sessionExpired } from './proofs.ts';
import type { Identity } from './rights.ts';
import type { Secrets } from './secrets.ts';
import type { Session, Sessions } from './sessions.ts';

/** Who sent a request, under which id, over which connection. */
export interface Caller extends Identity {
  readonly id: string;
  readonly peer: string;
}

export interface SessionRequestsParts {
  readonly login: Login;
  readonly devices: Devices;
  readonly sessions: Sessions;
  readonly proofs: Proofs;
  readonly secrets: Secrets;
  readonly feedKeys: FeedKeys;
  readonly audit: Audit;
  readonly counts: AuditCounts;
}

/** Answers the requests about who is speaking. */
export class SessionRequests {
  readonly #parts: SessionRequestsParts;
  readonly #loggingIn = new InWork<object>();

  constructor(parts: SessionRequestsParts) {
    this.#parts = parts;
  }

  async answer(request: SessionRequest, caller: Caller): Promise<object> {
    switch (request.type) {
      case 'session.login':
        return await this.#loggingIn.once(this.#keyOf(request, caller), () => this.#login(request, caller));
      case 'session.attach':
        return await this.#attach(request);
      case 'session.logout':
        return await this.#logout(caller);
      case 'session.status':
        return this.#state(await this.#own(caller));
      case 'session.list':
        return await this.#list(request, caller);
      case 'session.revoke':
        return await this.#revoke(request, caller);
      case 'feed.open':
        await this.#parts.feedKeys.open((await this.#own(caller)).id, request.key);
        return {};
      default:
        return request satisfies never;
    }
  }

  /** Only who sends the same password under the same id is given the same session. */
  #keyOf({ user, password }: SessionOf<'session.login'>, { id }: Caller): string {
    return this.#parts.secrets.bodyOf(JSON.stringify([id, user, password])).toString('hex');
  }

  async #login({ user, password, device = '' }: SessionOf<'session.login'>, { peer }: Caller): Promise<object> {
    const { login, devices, sessions, proofs, secrets, audit } = this.#parts;
    const known = devices.nameOf(device, user);
    const attempt = { user, password, peer, known };
    const hash = await login.judge(attempt).catch((error: unknown) => this.#countFailure(user, error));
    const session = await sessions.open(user, hash);
    // The account was changed while its password was judged.
    if (session === undefined) throw wrongPassword();
    await audit.record({ what: 'login', by: user, user, session: session.id });
    const secret = secrets.ofSession(session.id).toString('base64url');
    const nonce = proofs.attach(session.id);
    return { ...this.#state(session), secret, nonce, device: known === undefined ? devices.give(user) : device };
  }

  #countFailure(user: string, error: unknown): never {
    if (error instanceof Refused) {
      const { code } = error.body;
      if (code === 'login_failed' || code === 'login_throttled') this.#parts.counts.count({ what: code, by: user });
    }
    throw error;
  }

  /** A session that is none is given no nonce: they are kept in memory. */
  async #attach({ session }: SessionOf<'session.attach'>): Promise<object> {
    if ((await this.#parts.sessions.find(session)) === undefined) throw sessionExpired();
    return { nonce: this.#parts.proofs.attach(session) };
  }

  /** Granted, whatever became of the session. */
  async #logout({ session, user }: Caller): Promise<object> {
    if (session !== undefined) await this.#parts.sessions.close(session, { what: 'logout', by: user });
    return {};
  }

  async #list({ user }: SessionOf<'session.list'>, caller: Caller): Promise<object> {
    if (caller.role === 'administrator') return { sessions: await this.#parts.sessions.list(user, caller.session) };
    if (user !== undefined && user !== caller.user) {
      throw new Refused({ code: 'forbidden', message: `the sessions of ${user} are for administrators` });
    }
    return { sessions: await this.#parts.sessions.list(caller.user, caller.session) };
  }

  async #revoke({ session }: SessionOf<'session.revoke'>, { user: by, role }: Caller): Promise<object> {
    const owner = role === 'administrator' ? undefined : by;
    return { revoked: await this.#parts.sessions.close(session, { what: 'session_revoked', by, owner }) };
  }

  async #own({ session }: Caller): Promise<Session> {
    const found = session === undefined ? undefined : await this.#parts.sessions.find(session);
    if (found === undefined) throw sessionExpired();
    return found;
  }

  #state({ id, user, role, expires }: Session): object {
    const { idleMinutes } = this.#parts.sessions;
    return { session: id, user, role, expires: expires.toISOString(), idleMinutes };
  }
}
