import { type RawBuilder, sql } from 'kysely';
import type { AccountOf, AccountRole } from '../../protocol/accounts.ts';
import type { ErrorBody } from '../../protocol/errors.ts';
import { Refused } from '../refused.ts';
import type { AuditEvent, Executor } from './audit.ts';

/** A change of an account, as it is done in the transaction that records it. */
export interface Changed {
  readonly event: Omit<AuditEvent, 'by'>;
  /** Ids of the sessions that it ended. */
  readonly ended: readonly string[];
}

export async function addAccount(
  transaction: Executor,
  { user, role }: Omit<AccountOf<'account.add'>, 'password' | 'type'>,
  hash: string,
): Promise<Changed> {
  const { numAffectedRows } = await sql`
    INSERT INTO account (name, role, password) VALUES (${user}, ${role}, ${hash}) ON CONFLICT DO NOTHING`.execute(
    transaction,
  );
  if (numAffectedRows !== 1n) throw refuse('account_exists', `there is an account ${user} already`);
  return { event: { what: 'account_added', user, role }, ended: [] };
}

export interface AccountChange {
  readonly user: string;
  readonly role?: AccountRole | undefined;
  readonly disabled?: boolean | undefined;
  /** The hash of a new password. */
  readonly hash?: string | undefined;
  /** The session that asks, which stays when it is one of the account's own. */
  readonly asking?: string | undefined;
}

/** Others' sessions of the account end with its password, and all of them when it is disabled. */
export async function changeAccount(transaction: Executor, change: AccountChange): Promise<Changed> {
  const { user, role, disabled, hash, asking } = change;
  const { numAffectedRows } = await sql`
    UPDATE account SET role = coalesce(${role ?? null}, role), disabled = coalesce(${disabled ?? null}, disabled),
                       password = coalesce(${hash ?? null}, password)
    WHERE name = ${user}`.execute(transaction);
  if (numAffectedRows !== 1n) throw unknownAccount(user);
  await demandAdministrator(transaction);
  const endsAll = disabled === true;
  const ended =
    endsAll || hash !== undefined
      ? await endSessions(transaction, user, endsAll ? sql`true` : sql`id <> ${asking ?? ''}`)
      : [];
  const password = hash === undefined ? {} : { password: 'set' as const };
  return { event: { what: 'account_changed', user, ...dropUndefined({ role, disabled }), ...password }, ended };
}

/** Its sessions go with it. */
export async function removeAccount(transaction: Executor, user: string): Promise<Changed> {
  const ended = await endSessions(transaction, user, sql`true`);
  const { numAffectedRows } = await sql`DELETE FROM account WHERE name = ${user}`.execute(transaction);
  if (numAffectedRows !== 1n) throw unknownAccount(user);
  await demandAdministrator(transaction);
  return { event: { what: 'account_removed', user }, ended };
}

async function endSessions(transaction: Executor, user: string, which: RawBuilder<unknown>): Promise<string[]> {
  const { rows } = await sql<{ id: string }>`
    DELETE FROM session WHERE "user" = ${user} AND ${which} RETURNING id`.execute(transaction);
  return rows.map(({ id }) => id);
}

/** A ledger that nobody may administer could not be mended from any client. The lock on the audit keeps others out. */
async function demandAdministrator(transaction: Executor): Promise<void> {
  const { rows } = await sql`
    SELECT FROM account WHERE role = 'administrator' AND NOT disabled LIMIT 1`.execute(transaction);
  if (rows.length === 0)
    throw refuse('last_administrator', 'this is the last administrator that can be used; it stays');
}

function unknownAccount(user: string): Refused {
  return refuse('account_not_found', `there is no account ${user}`);
}

function refuse(code: ErrorBody['code'], message: string): Refused {
  return new Refused({ code, message });
}

function dropUndefined<Fields extends object>(
  fields: Fields,
): { [Name in keyof Fields]?: Exclude<Fields[Name], undefined> } {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as {
    [Name in keyof Fields]?: Exclude<Fields[Name], undefined>;
  };
}
