import { type Kysely, sql } from 'kysely';
import type { AccountOf, AuditEntry, Audited } from '../../protocol/accounts.ts';
import type { Database } from '../database/database.ts';
import type { LedgerTables } from '../database/tables.ts';

/** A database, or a transaction on it. */
export type Executor = Kysely<LedgerTables>;

export interface AuditEvent extends Omit<AuditEntry, 'seq' | 'at'> {
  readonly what: Audited;
}

/** A request that changes an account: found again by its id. */
export interface AnsweredRequest {
  readonly id: string;
  readonly body: Buffer;
  readonly answer: (seq: number) => string;
}

/**
 * Any number of ours: whoever writes the audit, or an account, waits here. So the audit is without a hole, a reader never
 * sees a later entry before an earlier one, and two who each remove the other cannot leave a ledger without administrator.
 */
export const auditLock = 0x726f7761;
const pageEntries = 1_000;

/** Must come first in a transaction that records. */
export async function lockAudit(transaction: Executor): Promise<void> {
  await sql`SELECT pg_advisory_xact_lock(${auditLock})`.execute(transaction);
}

/** Records an event, in a transaction that holds the lock; returns its seq. */
export async function insertAudit(
  transaction: Executor,
  event: AuditEvent,
  request?: AnsweredRequest,
): Promise<number> {
  const { what, by, ...details } = event;
  const { rows } = await sql<{ seq: number }>`SELECT coalesce(max(seq), 0) + 1 AS seq FROM audit`.execute(transaction);
  const seq = rows[0]?.seq ?? 1;
  await sql`
    INSERT INTO audit (seq, what, by, details, request, body, answer)
    VALUES (${seq}, ${what}, ${by}, ${JSON.stringify(details)}::json, ${request?.id ?? null}, ${request?.body ?? null},
            ${request?.answer(seq) ?? null})`.execute(transaction);
  return seq;
}

export interface KnownRequest {
  readonly body: Buffer;
  readonly answer: string;
}

export async function findRequest(executor: Executor, id: string): Promise<KnownRequest | undefined> {
  const { rows } = await sql<KnownRequest>`SELECT body, answer FROM audit WHERE request = ${id}`.execute(executor);
  return rows[0];
}

/** Records what happened to sessions and accounts, in an append-only table of its own. */
export class Audit {
  readonly #database: Database;

  constructor(database: Database) {
    this.#database = database;
  }

  async record(...events: readonly AuditEvent[]): Promise<void> {
    if (events.length === 0) return;
    await this.#database.transaction().execute(async (transaction) => {
      await lockAudit(transaction);
      for (const event of events) await insertAudit(transaction, event);
    });
  }

  async read({ after, newestFirst, limit = pageEntries }: AccountOf<'audit.read'>): Promise<object> {
    const beyond = sql.raw(newestFirst ? '<' : '>');
    const place = after === undefined ? sql`` : sql`WHERE seq ${beyond} ${after}`;
    const order = sql.raw(newestFirst ? 'DESC' : 'ASC');
    const { rows } = await sql<{ seq: number; at: Date; what: string; by: string; details: object }>`
      SELECT seq, at, what, by, details FROM audit ${place} ORDER BY seq ${order} LIMIT ${limit}`.execute(
      this.#database,
    );
    const entries = rows.map(({ seq, at, what, by, details }) => ({ seq, at: at.toISOString(), what, by, ...details }));
    return { entries, last: rows.at(-1)?.seq ?? after ?? 0, more: rows.length === limit };
  }
}
