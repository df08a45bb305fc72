import { sql } from 'kysely';
import type { Database } from './database.ts';

/** The database, or the role that the server uses on it, would break a promise. Names every reason. */
export class UnsafeDatabaseError extends Error {
  override name = 'UnsafeDatabaseError';
  constructor(reasons: readonly string[]) {
    super(`The database would break Rowcast's promises:\n${reasons.map((reason) => `  - ${reason}`).join('\n')}`);
  }
}

const durability = ['fsync', 'synchronous_commit', 'full_page_writes'];

/**
 * Refuses a database that may lose what was acknowledged (P1), that does not keep text as it was sent, or whose role
 * could rewrite the log (P10).
 * @throws UnsafeDatabaseError
 */
export async function checkSafety(database: Database): Promise<void> {
  const reasons = [...(await settingReasons(database)), ...(await rightsReasons(database))];
  if (reasons.length > 0) throw new UnsafeDatabaseError(reasons);
}

async function settingReasons(database: Database): Promise<string[]> {
  const { rows } = await sql<{ name: string; setting: string }>`
    SELECT name, setting FROM pg_settings WHERE name IN (${sql.join([...durability, 'server_encoding'])})`.execute(
    database,
  );
  return rows.flatMap(({ name, setting }) => {
    if (name === 'server_encoding') {
      return setting === 'UTF8' ? [] : [`server_encoding is ${setting}; create the database with ENCODING 'UTF8'`];
    }
    // synchronous_commit = local still flushes here; only off (and fsync or full_page_writes off) loses at a crash.
    return setting === 'off' ? [`${name} is off; set ${name} = on in postgresql.conf and reload`] : [];
  });
}

async function rightsReasons(database: Database): Promise<string[]> {
  const { rows } = await sql<{ user: string; superuser: boolean; right: string | null }>`
    SELECT current_user AS user, rolsuper AS superuser, string_agg(one, ', ') AS right
    FROM pg_roles
    LEFT JOIN LATERAL (
      SELECT kind || ' ' || kept AS one
      FROM unnest(ARRAY['UPDATE', 'DELETE', 'TRUNCATE']) AS kind, unnest(ARRAY['change', 'command', 'audit']) AS kept
      WHERE has_table_privilege(kept, kind)
    ) AS held ON true
    WHERE rolname = current_user GROUP BY rolsuper`.execute(database);
  const [role] = rows;
  if (role === undefined) return [];
  if (role.superuser) {
    return [`role ${role.user} is a superuser; name an ordinary role as user, and this one as owner, in [database]`];
  }
  return role.right === null ? [] : [`role ${role.user} may ${role.right} the log; name another role as owner`];
}
