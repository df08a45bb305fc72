import { randomBytes } from 'node:crypto';
import { type RawBuilder, sql } from 'kysely';
import type { AccountRole } from '../../protocol/accounts.ts';
import { limits } from '../../protocol/limits.ts';
import type { SessionSummary } from '../../protocol/replies.ts';
import type { Database } from '../database/database.ts';
import { insertAudit, lockAudit } from './audit.ts';

/** A session that lives. */
export interface Session {
  readonly id: string;
  readonly user: string;
  readonly role: AccountRole;
  readonly expires: Date;
}

const idBytes = 16;
/** How long a session that was looked up is believed: another server's logout reaches this one after that, at most. */
const believedMs = 2_000;
const believedMax = 10_000;
/** Its last use is written at most this often, and more often when sessions end sooner. */
const usedMsMax = 60_000;
/** Of one account; the one that was not used for longest goes. */
const sessionsOfUserMax = 1_000;

interface Believed {
  readonly session: Promise<Session | undefined>;
  /** Clock of performance.now(), in milliseconds. */
  readonly until: number;
}

/** How a session ends that somebody ends. */
interface Closing {
  readonly what: 'logout' | 'session_revoked';
  readonly by: string;
  /** Whose it must be. */
  readonly owner?: string | undefined;
}

export interface SessionsOptions {
  /** Hours that a session lives, however much it is used. */
  readonly hours: number;
  /** Minutes that it lives without use. */
  readonly idleMinutes: number;
  /** Told the sessions that were ended here. */
  readonly onEnded?: (sessions: readonly string[]) => void;
}

/**
 * Who is logged in. Sessions stand in PostgreSQL, so that one is good at every server of the ledger and after a restart.
 * What a session may do is looked up with its account, each time anew: nothing is written into it.
 */
export class Sessions {
  readonly #database: Database;
  readonly #options: SessionsOptions;
  readonly #believed = new Map<string, Believed>();
  /** When the use of a session was last written, by the clock of performance.now(). */
  readonly #written = new Map<string, number>();

  constructor(database: Database, options: SessionsOptions) {
    this.#database = database;
    this.#options = options;
  }

  get idleMinutes(): number {
    return this.#options.idleMinutes;
  }

  /**
   * Opens a session of an account that can be used and still has this password hash; undefined when it was changed
   * meanwhile.
   */
  async open(user: string, passwordHash: string): Promise<Session | undefined> {
    await this.#sweep(user);
    // Not with a hyphen ahead: at a terminal that would be an option.
    const id = randomBytes(idBytes).toString('base64url').replace(/^-/, 'A');
    const { rows } = await sql<Session>`
      INSERT INTO session (id, "user", expires)
      SELECT ${id}, name, clock_timestamp() + make_interval(secs => ${this.#options.hours * 3_600})
      FROM account WHERE name = ${user} AND password = ${passwordHash} AND NOT disabled
      RETURNING id, "user", expires, (SELECT role FROM account WHERE name = ${user}) AS role`.execute(this.#database);
    return rows[0];
  }

  /** The session of an id; undefined when it was never there, has ended or its account cannot be used. */
  async find(id: string): Promise<Session | undefined> {
    const now = performance.now();
    const believed = this.#believed.get(id);
    if (believed !== undefined && believed.until > now) return await believed.session;
    return await this.#look(id, now);
  }

  /** Notes that a session was used, so that it does not end for want of it. */
  async use(id: string): Promise<void> {
    const now = performance.now();
    const everyMs = Math.min(usedMsMax, (this.#idleSeconds * 1_000) / 4);
    if (now - (this.#written.get(id) ?? Number.NEGATIVE_INFINITY) < everyMs) return;
    if (this.#written.size >= believedMax) this.#written.clear();
    // First, so that the requests that come meanwhile do not write it too.
    this.#written.set(id, now);
    await sql`UPDATE session SET used = clock_timestamp() WHERE id = ${id}`.execute(this.#database);
  }

  async list(user: string | undefined, own: string | undefined): Promise<SessionSummary[]> {
    const { rows } = await sql<{ id: string; user: string; created: Date; used: Date; expires: Date }>`
      SELECT id, session."user", session.created, used, expires FROM session
      WHERE ${livingSession(this.#options)} AND (${user ?? null}::text IS NULL OR session."user" = ${user ?? null})
      ORDER BY used DESC, id LIMIT ${limits.entriesMax}`.execute(this.#database);
    return rows.map(({ id, created, used, expires, ...rest }) => ({
      session: id,
      ...rest,
      created: created.toISOString(),
      used: used.toISOString(),
      expires: expires.toISOString(),
      own: id === own,
    }));
  }

  /** Ends a session and records it, both or neither. Returns whether there was one. */
  async close(id: string, { what, by, owner: ownerOrAny }: Closing): Promise<boolean> {
    const owner = ownerOrAny ?? null;
    const hasEnded = await this.#database.transaction().execute(async (transaction) => {
      await lockAudit(transaction);
      const { rows } = await sql<{ user: string }>`
        DELETE FROM session WHERE id = ${id} AND (${owner}::text IS NULL OR "user" = ${owner})
        RETURNING "user"`.execute(transaction);
      for (const { user } of rows) await insertAudit(transaction, { what, by, user, session: id });
      return rows.length > 0;
    });
    if (hasEnded) this.forget([id]);
    return hasEnded;
  }

  /** Believes nothing more of sessions that were ended here. */
  forget(ids: readonly string[]): void {
    for (const id of ids) {
      this.#believed.delete(id);
      this.#written.delete(id);
    }
    if (ids.length > 0) this.#options.onEnded?.(ids);
  }

  /** Believes nothing of anybody, as an account has changed here. */
  doubt(): void {
    this.#believed.clear();
  }

  async #sweep(user: string): Promise<void> {
    await sql`
      DELETE FROM session WHERE NOT (${livingSession(this.#options)}) OR id IN (
        SELECT id FROM session WHERE "user" = ${user} ORDER BY used DESC OFFSET ${sessionsOfUserMax - 1})`.execute(
      this.#database,
    );
  }

  /** Those who ask for the same session at once share one look. */
  async #look(id: string, now: number): Promise<Session | undefined> {
    if (this.#believed.size >= believedMax) this.#believed.clear();
    const looking = this.#read(id);
    const session = looking.then((found) => found?.session);
    // Perhaps nobody else asks meanwhile; who does hears of a failure, as the caller does below.
    session.catch(() => undefined);
    const believed: Believed = { session, until: now + believedMs };
    this.#believed.set(id, believed);
    try {
      const found = await looking;
      // It may end sooner than it is believed.
      if (found !== undefined && found.leftMs < believedMs && this.#believed.get(id) === believed) {
        this.#believed.set(id, { ...believed, until: now + found.leftMs });
      }
      return found?.session;
    } catch (error) {
      this.#believed.delete(id);
      throw error;
    }
  }

  async #read(id: string): Promise<{ readonly session: Session; readonly leftMs: number } | undefined> {
    const { rows } = await sql<Session & { leftMs: number }>`
      SELECT id, session."user", role, expires,
             (extract(epoch FROM least(expires, used + make_interval(secs => ${this.#idleSeconds})) - clock_timestamp())
               * 1000)::float8 AS "leftMs"
      FROM session JOIN account ON account.name = session."user"
      WHERE id = ${id} AND NOT disabled AND ${livingSession(this.#options)}`.execute(this.#database);
    const [row] = rows;
    if (row === undefined) return undefined;
    const { leftMs, ...session } = row;
    return { session, leftMs };
  }

  get #idleSeconds(): number {
    return this.#options.idleMinutes * 60;
  }
}

/** SQL: whether the row of `session` lives. */
export function livingSession({ idleMinutes }: { readonly idleMinutes: number }): RawBuilder<boolean> {
  return sql`(expires > clock_timestamp() AND used > clock_timestamp() - make_interval(secs => ${idleMinutes * 60}))`;
}
