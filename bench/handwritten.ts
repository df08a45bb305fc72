import pg from 'pg';
import type { Mutate } from './measure.ts';

/** Connections of the pool: more were not faster on two cores. */
const connections = 20;

/**
 * What people write by hand: a pg pool; per mutation one transaction that inserts a row into a log with a serial number
 * and upserts the row. The same PostgreSQL, the same shape of table and of indexes. It has no feed, no gapless order,
 * no command ids, no checks and no network between.
 */
export interface Handwritten {
  readonly mutate: Mutate;
  stop(): Promise<void>;
}

export async function openHandwritten(socketFolder: string, rows: number): Promise<Handwritten> {
  const pool = new pg.Pool({ host: socketFolder, port: 5432, database: 'rowcast', user: 'postgres', max: connections });
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
        await client.query({
          name: 'log',
          text: 'INSERT INTO handwritten.log (by, command, key, entry) VALUES ($1, $2, $3, $4)',
          values: ['admin', `${process.pid}-${n}-${performance.now()}`, row.id, JSON.stringify(row)],
        });
        await client.query({
          name: 'row',
          text: `INSERT INTO handwritten.row (key, version, name, job, salary) VALUES ($1, 1, $2, $3, $4)
            ON CONFLICT (key) DO UPDATE SET version = row.version + 1, name = excluded.name, job = excluded.job, salary = excluded.salary`,
          values: [row.id, row.name, row.job, row.salary],
        });
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
