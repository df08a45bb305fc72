import { sql } from 'kysely';
import type { AuditEntry } from '../../protocol/accounts.ts';
import type { Executor } from '../database/writer.ts';
import { counted, type Findings } from './findings.ts';

interface KnownAccount {
  readonly role: string;
  readonly disabled: boolean;
}

interface AuditRow extends Pick<AuditEntry, 'seq' | 'what'> {
  readonly details: Partial<Pick<AuditEntry, 'user' | 'role' | 'disabled'>>;
}

const pageEntries = 1_000;

/**
 * Holds the accounts against what the audit adds up to, and the audit against its own numbers. Nobody signs these, so who
 * changes both alike is not found.
 */
export async function checkAccounts(executor: Executor, findings: Findings): Promise<void> {
  const accounts = new Map<string, KnownAccount>();
  let last = 0;
  for await (const row of auditRows(executor)) {
    if (row.seq !== last + 1) {
      findings.bad('accounts', { seq: last + 1, what: `entry ${last + 1} of the audit is missing` });
      return;
    }
    last = row.seq;
    apply(accounts, row);
  }
  const { rows } = await sql<KnownAccount & { name: string }>`
    SELECT name, role, disabled FROM account ORDER BY name`.execute(executor);
  for (const { name, role, disabled } of rows) {
    const known = accounts.get(name);
    if (known === undefined) accuse(findings, name, 'is there, and the audit tells of none who added it');
    else if (known.role !== role) accuse(findings, name, `is ${role}, and by the audit ${known.role}`);
    else if (known.disabled !== disabled)
      accuse(findings, name, `is ${disabled ? '' : 'not '}disabled, other than in the audit`);
    accounts.delete(name);
  }
  for (const name of accounts.keys()) accuse(findings, name, 'is gone, and the audit tells of none who removed it');
  const what = `${counted(rows.length, 'account')}, as ${counted(last, 'entry', 'entries')} of the audit add up to`;
  findings.good('accounts', `${what} (nothing signs these)`);
}

function accuse(findings: Findings, key: string, what: string): void {
  findings.bad('accounts', { table: 'account', key, what: `the account ${key} ${what}` });
}

async function* auditRows(executor: Executor): AsyncGenerator<AuditRow> {
  for (let after = 0; ; ) {
    const { rows } = await sql<AuditRow>`
      SELECT seq, what, details FROM audit WHERE seq > ${after} ORDER BY seq LIMIT ${pageEntries}`.execute(executor);
    yield* rows;
    after = rows.at(-1)?.seq ?? after;
    if (rows.length < pageEntries) return;
  }
}

function apply(accounts: Map<string, KnownAccount>, { what, details }: AuditRow): void {
  const { user, role, disabled } = details;
  if (user === undefined) return;
  const before = accounts.get(user);
  if (what === 'account_removed') accounts.delete(user);
  else if (what === 'account_added' || what === 'settings_applied')
    accounts.set(user, { role: role ?? '', disabled: false });
  else if (what === 'account_changed' && before !== undefined) {
    accounts.set(user, { role: role ?? before.role, disabled: disabled ?? before.disabled });
  }
}
