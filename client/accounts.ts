import type { Account, AccountOf, AccountRole } from '../protocol/accounts.ts';
import type { ReplyOf, SessionSummary } from '../protocol/replies.ts';
import type { CommandChannel, RequestOptions } from './command-channel.ts';

/** What of an account is changed; what is left out stays. */
export interface AccountChanges {
  readonly role?: AccountRole | undefined;
  readonly disabled?: boolean | undefined;
  readonly password?: string | undefined;
}

/** An account that is added. */
export interface NewAccount {
  readonly user: string;
  readonly role: AccountRole;
  readonly password: string;
}

export interface AuditOptions extends RequestOptions {
  /** Entries beyond this seq, in their order; all when left out. */
  readonly after?: number | undefined;
  /** From the newest entry back. */
  readonly newestFirst?: true | undefined;
  /** Entries of one page. */
  readonly limit?: number | undefined;
}

/**
 * Who may do what in a ledger, and who is logged in. All but one's own password and sessions is for administrators.
 * Changes take effect once for the id of their request, as commands do. Every method throws RowcastError.
 *
 * @example
 * await ledger.accounts.add({ user: 'bob', role: 'viewer', password });
 * await ledger.accounts.change('bob', { disabled: true });
 */
export class Accounts {
  readonly #channel: CommandChannel;

  constructor(channel: CommandChannel) {
    this.#channel = channel;
  }

  async list(options?: RequestOptions): Promise<readonly Account[]> {
    const { body } = await this.#channel.request({ type: 'account.list' }, options);
    return body.accounts;
  }

  async add(account: NewAccount, options?: RequestOptions): Promise<ReplyOf<'account.add'>> {
    const { user, role, password } = account;
    const { body } = await this.#channel.request({ type: 'account.add', user, role, password }, options);
    return body;
  }

  /** A new password, or disabling it, ends the account's sessions. @throws RowcastError `last_administrator` */
  async change(user: string, changes: AccountChanges, options?: RequestOptions): Promise<ReplyOf<'account.change'>> {
    const { role, disabled, password } = changes;
    const request: AccountOf<'account.change'> = { type: 'account.change', user, role, disabled, password };
    const { body } = await this.#channel.request(request, options);
    return body;
  }

  /** Its sessions end; what it did stays in the log under its name. @throws RowcastError `last_administrator` */
  async remove(user: string, options?: RequestOptions): Promise<ReplyOf<'account.remove'>> {
    const { body } = await this.#channel.request({ type: 'account.remove', user }, options);
    return body;
  }

  /** Changes one's own password, and ends one's other sessions. @throws RowcastError `login_failed` */
  async changePassword(
    passwords: { readonly old: string; readonly new: string },
    options?: RequestOptions,
  ): Promise<ReplyOf<'account.password'>> {
    const { body } = await this.#channel.request({ type: 'account.password', ...passwords }, options);
    return body;
  }

  /** Who one is, and until when. Counts as use of the session. */
  async status(options?: RequestOptions): Promise<ReplyOf<'session.status'>> {
    const { body } = await this.#channel.request({ type: 'session.status' }, options);
    return body;
  }

  /** One's own sessions; an administrator's list holds everybody's, or those of `user`. */
  async sessions(user?: string, options?: RequestOptions): Promise<readonly SessionSummary[]> {
    const { body } = await this.#channel.request({ type: 'session.list', user }, options);
    return body.sessions;
  }

  /** Ends a session, one's own or, as an administrator, anybody's; false when there is none to end. */
  async revoke(session: string, options?: RequestOptions): Promise<boolean> {
    const { body } = await this.#channel.request({ type: 'session.revoke', session }, options);
    return body.revoked;
  }

  /** One page of what happened to sessions and accounts, oldest first unless `newestFirst`. */
  async audit({ after, newestFirst, limit, ...options }: AuditOptions = {}): Promise<ReplyOf<'audit.read'>> {
    const { body } = await this.#channel.request({ type: 'audit.read', after, newestFirst, limit }, options);
    return body;
  }
}
