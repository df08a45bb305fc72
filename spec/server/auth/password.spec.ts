import { describe, expect, test } from 'vitest';
import { hashPassword, verifyPassword } from '../../../server/auth/password.ts';
import { administrator } from '../../support/server.ts';
import { cheapHash } from '../stack.ts';

test('S28 a password matches its hash and no other; two hashes of it differ, and none holds it', async () => {
  const password = 'pässwörd \u{1f511} with spaces ';
  const [first, second] = await Promise.all([hashPassword(password), hashPassword(password)]);
  expect(first).not.toBe(second);
  expect(first).not.toContain('wörd');
  expect(await verifyPassword(password, first)).toBe(true);
  expect(await verifyPassword(password.trim(), first)).toBe(false);
}, 30_000);

test('S28 its cost is what OWASP asks for, and stands in the hash', async () => {
  expect(await hashPassword('x')).toMatch(/^scrypt\$131072\$8\$1\$[\w-]{22}\$[\w-]{43}$/);
});

test('a hash of other, cheaper parameters is verified by those', async () => {
  expect(await verifyPassword(administrator.password, cheapHash)).toBe(true);
  for (const wrong of ['', 'correct horse', `${administrator.password}x`]) {
    expect(await verifyPassword(wrong, cheapHash)).toBe(false);
  }
});

describe('P11 a malformed hash is an error and never a match', () => {
  const [, salt = '', hash = ''] = /\$([\w-]+)\$([\w-]+)$/.exec(cheapHash) ?? [];
  test.each([
    ['empty', ''],
    ['a password in clear', 'correct horse battery'],
    ['another scheme', cheapHash.replace('scrypt', 'bcrypt')],
    ['no hash', `scrypt$1024$8$1$${salt}`],
    ['an empty hash', `scrypt$1024$8$1$${salt}$`],
    ['a cut hash', `scrypt$1024$8$1$${salt}$${hash.slice(0, 4)}`],
    ['no number as its cost', `scrypt$x$8$1$${salt}$${hash}`],
    ['a cost that is no power of two', `scrypt$1000$8$1$${salt}$${hash}`],
  ])('%s', async (_, stored) => {
    const verified = await verifyPassword(administrator.password, stored).catch(() => 'an error');
    expect(verified).toBe('an error');
  });
});
