import { randomBytes } from 'node:crypto';
import pg from 'pg';
import { inject } from 'vitest';
import type { ConnectionSettings } from '../../../server/database/connection-settings.ts';

/** A database that no schema was applied to, or a role of its own; both go at the end of the test. */
export async function administer(...statements: readonly string[]): Promise<void> {
  const client = new pg.Client({ ...inject('postgres').owner, database: 'postgres' });
  await client.connect();
  try {
    for (const statement of statements) await client.query(statement);
  } finally {
    await client.end();
  }
}

export const uniqueName = (kind: string): string => `${kind}_${randomBytes(5).toString('hex')}`;

export function asOwner(database: string): ConnectionSettings {
  return { ...inject('postgres').owner, database };
}

export async function ask<Row>(
  settings: ConnectionSettings,
  text: string,
  values: readonly unknown[] = [],
): Promise<Row[]> {
  const client = new pg.Client({ ...settings, options: '-c search_path=rowcast' });
  await client.connect();
  try {
    return (await client.query(text, [...values])).rows as Row[];
  } finally {
    await client.end();
  }
}
