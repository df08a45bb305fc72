import { sql } from 'kysely';
import { limits } from '../../protocol/limits.ts';
import type { Database } from '../database/database.ts';
import { livingSession } from './sessions.ts';

/**
 * Which client keys the feed is open to: those that a living session of an account in use has registered. The feed asks
 * when a reader comes, and from time to time who may read no more.
 */
export class FeedKeys {
  readonly #database: Database;
  readonly #idleMinutes: number;

  constructor(database: Database, { idleMinutes }: { readonly idleMinutes: number }) {
    this.#database = database;
    this.#idleMinutes = idleMinutes;
  }

  /** Whether the holder of this client key (base64url) may read the feed now. */
  async admits(key: string): Promise<boolean> {
    return (await this.expelled([key])).length === 0;
  }

  /** Those of these keys that may read it no more. */
  async expelled(keys: readonly string[]): Promise<readonly string[]> {
    const { rows } = await sql<{ key: string }>`
      SELECT key FROM unnest(${[...keys]}::text[]) AS key
      WHERE NOT EXISTS (
        SELECT FROM session_key JOIN session ON session.id = session_key.session
        JOIN account ON account.name = session."user"
        WHERE session_key.key = key.key AND NOT disabled AND ${livingSession({ idleMinutes: this.#idleMinutes })})`.execute(
      this.#database,
    );
    return rows.map(({ key }) => key);
  }

  /** Opens the feed to a key for as long as the session lives. The oldest of too many goes. */
  async open(session: string, key: string): Promise<void> {
    await sql`
      WITH opened AS (
        INSERT INTO session_key (session, key) VALUES (${session}, ${key})
        ON CONFLICT (session, key) DO UPDATE SET added = clock_timestamp() RETURNING key)
      DELETE FROM session_key WHERE session = ${session} AND key IN (
        SELECT key FROM session_key WHERE session = ${session} AND key <> ${key}
        ORDER BY added DESC OFFSET ${limits.feedKeysMax - 1})`.execute(this.#database);
  }
}
