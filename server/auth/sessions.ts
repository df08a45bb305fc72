import { createHash, randomBytes } from 'node:crypto';
import { sql } from 'kysely';
import type { Database } from '../database/database.ts';

export interface Session {
  readonly user: string;
  readonly role: string;
  readonly expires: Date;
}

const tokenBytes = 32;
/** How long a session that was looked up is believed: another server's logout reaches this one after that, at most. */
const believedMs = 2_000;
const believedMax = 10_000;

interface Believed {
  readonly session: Session | undefined;
  /** Clock of performance.now(), in milliseconds. */
  readonly until: number;
}

/**
 * Who is logged in. Sessions stand in PostgreSQL, so that a token is good at every server of the ledger and after a
 * restart; only the token's hash is kept there.
 */
export class Sessions {
  readonly #database: Database;
  readonly #hours: number;
  readonly #believed = new Map<string, Believed>();

  constructor(database: Database, { hours }: { readonly hours: number }) {
    this.#database = database;
    this.#hours = hours;
  }

  /** Opens a session and returns its token, which is shown this once. */
  async open(user: string, role: string): Promise<{ token: string; expires: Date }> {
    const token = randomBytes(tokenBytes).toString('base64url');
    const expires = new Date(Date.now() + this.#hours * 3_600_000);
    await sql`DELETE FROM session WHERE expires < clock_timestamp()`.execute(this.#database);
    await sql`
      INSERT INTO session (token_hash, "user", role, expires)
      VALUES (${hash(token)}, ${user}, ${role}, ${expires})`.execute(this.#database);
    return { token, expires };
  }

  /** Ends a session; a token that is none is nothing to end. */
  async close(token: string): Promise<void> {
    await sql`DELETE FROM session WHERE token_hash = ${hash(token)}`.execute(this.#database);
    this.#believed.delete(token);
  }

  /** The session of a token; undefined when it was never there, ended or has expired. */
  async find(token: string): Promise<Session | undefined> {
    const now = performance.now();
    const believed = this.#believed.get(token);
    const session = believed !== undefined && believed.until > now ? believed.session : await this.#look(token, now);
    return session !== undefined && session.expires.getTime() > Date.now() ? session : undefined;
  }

  async #look(token: string, now: number): Promise<Session | undefined> {
    const { rows } = await sql<Session>`
      SELECT "user", role, expires FROM session WHERE token_hash = ${hash(token)}`.execute(this.#database);
    if (this.#believed.size >= believedMax) this.#believed.clear();
    this.#believed.set(token, { session: rows[0], until: now + believedMs });
    return rows[0];
  }
}

function hash(token: string): Buffer {
  return createHash('sha256').update(token).digest();
}
