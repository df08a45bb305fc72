import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { firstAdministrator } from '../../../server/auth/first-administrator.ts';
import { applyAdministrators } from '../../../server/auth/settings-administrators.ts';
import { createLedger } from '../../support/ledger.ts';

test('an embedded ledger makes its first administrator once, and none where there are accounts', async () => {
  const ledger = await createLedger();
  const folders = [await mkdtemp(join(tmpdir(), 'rowcast-first-')), await mkdtemp(join(tmpdir(), 'rowcast-first-'))];
  const [folder = '', other = ''] = folders;
  const database = ledger.open(1);
  const made = await firstAdministrator(folder, database);
  expect([...made.administrators.keys()]).toEqual(['admin']);
  expect(made.password).toMatch(/^[a-z2-9]{5}(-[a-z2-9]{5}){3}$/);
  await applyAdministrators(database, made.administrators);
  expect(await firstAdministrator(folder, database)).toEqual({ administrators: made.administrators });
  // The same accounts in another folder, as after a restore: the `admin` of these is not taken over.
  expect(await firstAdministrator(other, database)).toEqual({ administrators: new Map() });
  expect(await readdir(other)).toEqual([]);
  for (const one of folders) await rm(one, { recursive: true });
  await ledger.drop();
});
