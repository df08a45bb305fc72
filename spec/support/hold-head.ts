import pg from 'pg';
import { onTestFinished } from 'vitest';
import type { TestLedger } from './ledger.ts';

/** Holds the head's lock, for which every command waits that is to be recorded, until it is told to let go or the test ends. */
export async function holdHead({ owner }: TestLedger): Promise<() => Promise<void>> {
  const client = new pg.Client(owner);
  const release = (): Promise<void> => client.end();
  onTestFinished(release);
  await client.connect();
  await client.query('BEGIN; SELECT FROM rowcast.head FOR UPDATE');
  return release;
}
