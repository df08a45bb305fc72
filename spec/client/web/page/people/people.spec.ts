import { expect, test } from 'vitest';
import { nowhere, readPlace, writePlace } from '../../../../../client/web/page/address/address.ts';
import { auditWords, isOfKind } from '../../../../../client/web/page/people/audit-words.ts';
import { rightOf } from '../../../../../client/web/page/people/rights.ts';
import type { AuditEntry } from '../../../../../protocol/accounts.ts';

const entry: AuditEntry = { seq: 1, at: '2026-05-01T12:00:00Z', what: 'login', by: 'ada' };

test('each of the people has an address of its own', () => {
  for (const panel of ['accounts', 'sessions', 'audit'] as const) {
    expect(writePlace({ ...nowhere, panel })).toBe(`/${panel}`);
    expect(readPlace(`/${panel}`, '')).toEqual({ ...nowhere, panel });
  }
  expect(readPlace('/t/audit', '')).toMatchObject({ panel: undefined, table: 'audit' });
});

test('an entry of the audit is a sentence, and of one kind', () => {
  expect(auditWords({ ...entry, what: 'login_failed', by: '', count: 3 })).toBe('a login as somebody failed, 3 times');
  expect(auditWords({ ...entry, what: 'account_changed', user: 'bob', disabled: true, password: 'set' })).toBe(
    'ada changed bob: disabled, a new password',
  );
  expect(isOfKind(entry, 'logins')).toBe(true);
  expect(isOfKind({ ...entry, what: 'refused' }, 'refusals')).toBe(true);
  expect(isOfKind(entry, 'accounts')).toBe(false);
});

test('only administrators behind a private door change anything', () => {
  expect(rightOf('private', 'administrator')).toBe('yes');
  expect(rightOf('private', undefined)).toBe('login');
  expect(rightOf('private', 'viewer')).toBe('no');
  expect(rightOf('public', 'administrator')).toBe('no');
});
