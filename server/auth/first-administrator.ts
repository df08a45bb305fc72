import { randomInt } from 'node:crypto';
import { existsSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { sql } from 'kysely';
import { loadSettings } from '../../settings/load.ts';
import type { Executor } from '../database/writer.ts';
import { hashPassword } from './password.ts';

export interface FirstAdministrator {
  readonly administrators: ReadonlyMap<string, string>;
  /** The password, when it was made just now: shown this once and kept nowhere. */
  readonly password?: string;
}

export const firstAdministratorName = 'admin';
const fileName = 'administrators.ini';
/** Without letters and digits that look alike: 20 of these 31 are 99 bits. */
const alphabet = 'abcdefghjkmnpqrstuvwxyz23456789';

/**
 * The administrator of an embedded ledger whose settings name none: made at the first start, with its password's hash
 * in the data folder, readable by its owner only. A ledger that has accounts already, as one that was restored into a new
 * folder, gets none: an account of that name may be somebody's.
 */
export async function firstAdministrator(folder: string, database: Executor): Promise<FirstAdministrator> {
  const path = join(folder, fileName);
  if (existsSync(path)) return { administrators: (await loadSettings({ path })).administrators };
  if (await hasAccounts(database)) return { administrators: new Map() };
  const password = makePassword();
  const hash = await hashPassword(password);
  await writeFile(path, `[administrators]\n${firstAdministratorName} = ${hash}\n`, { mode: 0o600, flag: 'wx' });
  return { administrators: new Map([[firstAdministratorName, hash]]), password };
}

async function hasAccounts(database: Executor): Promise<boolean> {
  const { rows } = await sql<{ some: boolean }>`SELECT EXISTS (SELECT FROM account) AS some`.execute(database);
  return rows[0]?.some === true;
}

function makePassword(): string {
  const letter = (): string => alphabet.charAt(randomInt(alphabet.length));
  const part = (): string => Array.from({ length: 5 }, letter).join('');
  return [part(), part(), part(), part()].join('-');
}
