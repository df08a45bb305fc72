import { nanoid } from 'nanoid';
import pg from 'pg';
import type { Mutate } from './measure.ts';

/**
 * What people write by hand: a pg pool; per mutation one transaction that inserts a row into a log with a serial number
 * and upserts the row. The same PostgreSQL, the same shape of table and of indexes. It has no feed, no gapless order,
 * no command ids that are looked up, no checks, and no network between it and its caller.
 *
 * `plain` is as the documentation of pg shows it; `tuned` has named statements and as many connections as were fastest
 * on two cores.
 */
export interface Handwritten {
  readonly mutate: Mutate;
  stop(): Promise<void>;
}

const styles = { plain: { connections: 10, named: false }, tuned: { connections: 20, named: true } } as const;
export type Style = keyof typeof styles;

export interface HandwrittenOptions {
  readonly socketFolder: string;
  /** Rows that mutations go round over. */
  readonly rows: number;
  readonly style: Style;
}

export async function openHandwritten({ socketFolder, rows, style }: HandwrittenOptions): Promise<Handwritten> {
  const { connections, named } = styles[style];
  const pool = new pg.Pool({ host: socketFolder, port: 5432, database: 'rowcast', user: 'postgres', max: connections });
  const statement = (name: string, text: string, values: unknown[]): pg.QueryConfig =>
    named ? { name, text, values } : { text, values };
  await pool.query(`
    CREATE SCHEMA IF NOT EXISTS handwritten;
    CREATE TABLE IF NOT EXISTS handwritten.log (
      id bigserial PRIMARY KEY, at timestamptz NOT NULL DEFAULT now(), by text NOT NULL, command text NOT NULL UNIQUE,
      key text NOT NULL, entry json NOT NULL);
    CREATE INDEX IF NOT EXISTS log_by_key ON handwritten.log (key, id);
    CREATE TABLE IF NOT EXISTS handwritten.row (
      key text PRIMARY KEY, version bigint NOT NULL, name text NOT NULL, job text, salary numeric);`);
  return {
    mutate: async (n) => {
      const row = benchRow(n, rows);
      const client = await pool.connect();
      try {
        await client.query('BEGIN');
        await client.query(
          statement('log', 'INSERT INTO handwritten.log (by, command, key, entry) VALUES ($1, $2, $3, $4)', [
            'admin',
            nanoid(),
            row.id,
            JSON.stringify(row),
          ]),
        );
        await client.query(
          statement(
            'row',
            `INSERT INTO handwritten.row (key, version, name, job, salary) VALUES ($1, 1, $2, $3, $4) ON CONFLICT (key)
             DO UPDATE SET version = row.version + 1, name = excluded.name, job = excluded.job, salary = excluded.salary`,
            [row.id, row.name, row.job, row.salary],
          ),
        );
        await client.query('COMMIT');
      } finally {
        client.release();
      }
    },
    stop: () => pool.end(),
  };
}

/** The row that mutation `n` writes, the same in both programs. */
export function benchRow(n: number, rows: number): { id: string; name: string; job: string; salary: string } {
  return { id: `E${n % rows}`, name: `Employee number ${n % rows}`, job: 'engineer', salary: `${1000 + n}.00` };
}
