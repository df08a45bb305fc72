import type { SessionOf, SessionRequest } from '../../protocol/session.ts';
import { Refused } from '../refused.ts';
import type { Login } from './login.ts';
import type { Sessions } from './sessions.ts';

/** Answers the requests about who is speaking. */
export class SessionRequests {
  readonly #login: Login;
  readonly #sessions: Sessions;

  constructor({ login, sessions }: { readonly login: Login; readonly sessions: Sessions }) {
    this.#login = login;
    this.#sessions = sessions;
  }

  async answer(request: SessionRequest, token: string | undefined): Promise<object> {
    if (request.type === 'session.login') return this.#open(request);
    if (token !== undefined) await this.#sessions.close(token);
    return {};
  }

  async #open({ user, password }: SessionOf<'session.login'>): Promise<object> {
    const refusal = await this.#login.judge(user, password);
    if (refusal !== undefined) throw new Refused(refusal);
    const role = 'administrator';
    const { token, expires } = await this.#sessions.open(user, role);
    return { token, user, role, expires: expires.toISOString() };
  }
}
