import type { AuditEntry } from '../../../../protocol/accounts.ts';
import { seqWords } from '../words/points.ts';
import { count } from '../words/sentence.ts';

/** What is looked for in the audit. */
export type AuditKind = 'all' | 'logins' | 'refusals' | 'accounts';

const kinds: Readonly<Record<AuditEntry['what'], Exclude<AuditKind, 'all'>>> = {
  login: 'logins',
  logout: 'logins',
  session_revoked: 'logins',
  login_failed: 'refusals',
  login_throttled: 'refusals',
  refused: 'refusals',
  account_added: 'accounts',
  account_changed: 'accounts',
  account_removed: 'accounts',
  password_changed: 'accounts',
  settings_applied: 'accounts',
  restored: 'accounts',
};

export function isOfKind({ what }: AuditEntry, kind: AuditKind): boolean {
  return kind === 'all' || kinds[what] === kind;
}

export function isRefusal(entry: AuditEntry): boolean {
  return kinds[entry.what] === 'refusals';
}

/** An entry of the audit as a sentence. */
export function auditWords(entry: AuditEntry): string {
  const { what, by, user } = entry;
  const who = by === '' ? 'somebody' : by;
  const times = entry.count === undefined || entry.count === 1 ? '' : `, ${count(entry.count, 'time')}`;
  switch (what) {
    case 'login':
      return `${by} logged in`;
    case 'login_failed':
      return `a login as ${who} failed${times}`;
    case 'login_throttled':
      return `a login as ${who} was told to wait${times}`;
    case 'logout':
      return `${by} logged out`;
    case 'session_revoked':
      return by === user ? `${by} ended an own session` : `${by} ended a session of ${user ?? 'somebody'}`;
    case 'refused':
      return `${who} was refused ${entry.type ?? 'something'} (${entry.code ?? ''})${times}`;
    case 'account_added':
      return `${by} added ${user}, ${entry.role}`;
    case 'account_changed':
      return `${by} changed ${user}: ${changes(entry).join(', ')}`;
    case 'account_removed':
      return `${by} removed ${user}`;
    case 'password_changed':
      return `${by} changed the own password`;
    case 'settings_applied':
      return `the settings made ${user} an administrator`;
    case 'restored':
      return `the ledger was restored up to ${seqWords(entry.to ?? 0)}`;
    default:
      return what satisfies never;
  }
}

function changes({ role, disabled, password }: AuditEntry): string[] {
  return [
    ...(role === undefined ? [] : [`${role} now`]),
    ...(disabled === undefined ? [] : [disabled ? 'disabled' : 'enabled']),
    ...(password === undefined ? [] : ['a new password']),
  ];
}
