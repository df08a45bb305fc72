import { createHash } from 'node:crypto';
import { sql } from 'kysely';
import type { Database } from '../database/database.ts';
import { type Executor, insertAudit, lockAudit } from './audit.ts';

/**
 * Applies the administrators of the settings that are new, or have another hash than the one that was applied last: the
 * account is there then, with that password, may be used and is an administrator. A line that is unchanged is not
 * applied again, so that what was changed from a client stays; and a line with a new hash is the way back for who has
 * locked themselves out. Returns the names that were applied.
 */
export async function applyAdministrators(
  database: Database,
  administrators: ReadonlyMap<string, string>,
): Promise<string[]> {
  if (administrators.size === 0) return [];
  return await database.transaction().execute(async (transaction) => {
    await lockAudit(transaction);
    const applied: string[] = [];
    for (const [name, hash] of administrators) if (await apply(transaction, name, hash)) applied.push(name);
    return applied;
  });
}

async function apply(transaction: Executor, name: string, hash: string): Promise<boolean> {
  const line = createHash('sha256').update(`${name} = ${hash}`).digest();
  const { numAffectedRows } = await sql`
    INSERT INTO applied_administrator (name, line) VALUES (${name}, ${line})
    ON CONFLICT (name) DO UPDATE SET line = excluded.line WHERE applied_administrator.line <> excluded.line`.execute(
    transaction,
  );
  if (numAffectedRows !== 1n) return false;
  await sql`
    INSERT INTO account (name, role, password) VALUES (${name}, 'administrator', ${hash})
    ON CONFLICT (name) DO UPDATE SET role = 'administrator', password = excluded.password, disabled = false`.execute(
    transaction,
  );
  await sql`DELETE FROM session WHERE "user" = ${name}`.execute(transaction);
  await insertAudit(transaction, { what: 'settings_applied', by: '', user: name, role: 'administrator' });
  return true;
}

/** How many accounts may change things. */
export async function countAdministrators(database: Database): Promise<number> {
  const { rows } = await sql<{ count: number }>`
    SELECT count(*) AS count FROM account WHERE role = 'administrator' AND NOT disabled`.execute(database);
  return rows[0]?.count ?? 0;
}
