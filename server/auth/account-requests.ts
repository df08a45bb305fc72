import type { AccountOf, AccountRequest } from '../../protocol/accounts.ts';
import { Refused } from '../refused.ts';
import { addAccount, type Changed, changeAccount, removeAccount } from './account-changes.ts';
import type { Accounts, Changing } from './accounts.ts';
import type { Audit, Executor } from './audit.ts';
import type { AuditCounts } from './audit-counts.ts';
import { InWork } from './in-work.ts';
import type { Lane } from './lane.ts';
import { busy, knownAsker, type Login } from './login.ts';
import type { Secrets } from './secrets.ts';
import type { Caller } from './session-requests.ts';

export interface AccountRequestsParts {
  readonly accounts: Accounts;
  readonly audit: Audit;
  readonly counts: AuditCounts;
  readonly login: Login;
  readonly lane: Lane;
  readonly hash: (password: string) => Promise<string>;
  readonly secrets: Secrets;
}

/** Answers the requests about accounts. */
export class AccountRequests {
  readonly #parts: AccountRequestsParts;
  readonly #changing = new InWork<string>();

  constructor(parts: AccountRequestsParts) {
    this.#parts = parts;
  }

  async answer(request: AccountRequest, caller: Caller): Promise<object | string> {
    switch (request.type) {
      case 'account.list':
        return { accounts: await this.#parts.accounts.list() };
      case 'audit.read':
        // What was counted up to now is part of it.
        await this.#parts.counts.flush();
        return await this.#parts.audit.read(request);
      default:
        return await this.#change(request, caller);
    }
  }

  async #change(request: ChangeRequest, caller: Caller): Promise<string> {
    const text = JSON.stringify([caller.user, request]);
    const changing: Changing = { id: caller.id, by: caller.user, body: this.#parts.secrets.bodyOf(text) };
    const key = `${changing.id} ${changing.body.toString('hex')}`;
    return await this.#changing.once(key, () => this.#changeOnce(request, { caller, changing }));
  }

  async #changeOnce(request: ChangeRequest, { caller, changing }: Asking): Promise<string> {
    const known = await this.#parts.accounts.known(changing);
    if (known !== undefined) return known;
    if (request.type === 'account.password') await this.#judgeOld(request, caller);
    const hash = await this.#hashNew(request, caller);
    return await this.#parts.accounts.change(changing, (transaction) => work(transaction, { request, caller, hash }));
  }

  /** Whoever found a session open must not learn the password by trying: it is judged as a login is. */
  async #judgeOld({ old }: AccountOf<'account.password'>, { user, peer, session }: Caller): Promise<void> {
    await this.#parts.login.judge({ user, password: old, peer, known: session }).catch((error: unknown) => {
      if (!(error instanceof Refused) || error.body.code !== 'login_failed') throw error;
      throw new Refused({ ...error.body, message: 'the old password is wrong' });
    });
  }

  async #hashNew(request: ChangeRequest, { user }: Caller): Promise<string | undefined> {
    const password = 'new' in request ? request.new : 'password' in request ? request.password : undefined;
    if (password === undefined) return undefined;
    const hashing = this.#parts.lane.run(() => this.#parts.hash(password), knownAsker(user));
    if (hashing === undefined) throw busy();
    return await hashing;
  }
}

type ChangeRequest = Exclude<AccountRequest, { type: 'account.list' | 'audit.read' }>;

interface Asking {
  readonly caller: Caller;
  readonly changing: Changing;
}

interface Work {
  readonly request: ChangeRequest;
  readonly caller: Caller;
  readonly hash: string | undefined;
}

async function work(transaction: Executor, { request, caller, hash = '' }: Work): Promise<Changed> {
  switch (request.type) {
    case 'account.add':
      return await addAccount(transaction, request, hash);
    case 'account.remove':
      return await removeAccount(transaction, request.user);
    case 'account.change': {
      const { user, role, disabled, password } = request;
      const change = { user, role, disabled, asking: caller.session };
      return await changeAccount(transaction, password === undefined ? change : { ...change, hash });
    }
    case 'account.password': {
      const { user } = caller;
      const { ended } = await changeAccount(transaction, { user, hash, asking: caller.session });
      return { event: { what: 'password_changed', user }, ended };
    }
    default:
      return request satisfies never;
  }
}
