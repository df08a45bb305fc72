import { setTimeout as delay } from 'node:timers/promises';
import pg from 'pg';
import type { ConnectionSettings } from '../connection-settings.ts';
import { codeOf } from './error.ts';

const CONNECT_TIMEOUT_MS = 5_000;
const BACKOFF_FIRST_MS = 10;
const BACKOFF_MAX_MS = 250;

/** Runs `use` on one connection and closes it. */
export async function withConnection<Result>(
  settings: ConnectionSettings,
  use: (client: pg.Client) => Promise<Result>,
): Promise<Result> {
  // PGSSLMODE of the environment would be obeyed without the explicit false.
  const client = new pg.Client({ ...settings, ssl: false, connectionTimeoutMillis: CONNECT_TIMEOUT_MS });
  client.on('error', () => {}); // a query in flight rejects by itself; without a listener the process would end
  try {
    await client.connect();
    return await use(client);
  } finally {
    await client.end().catch(() => {});
  }
}

/**
 * Waits until the server accepts a connection. False when `signal` was aborted (the server has ended) or after
 * `timeoutMs`.
 *
 * @throws the error of PostgreSQL when it answers with something that does not pass by itself
 */
export async function waitUntilAccepting(options: {
  settings: ConnectionSettings;
  timeoutMs: number;
  signal: AbortSignal;
}): Promise<boolean> {
  const { settings, timeoutMs, signal } = options;
  const deadline = performance.now() + timeoutMs;
  for (let backoff = BACKOFF_FIRST_MS; !signal.aborted; backoff = Math.min(backoff * 2, BACKOFF_MAX_MS)) {
    if (await accepts(settings)) return true;
    if (performance.now() > deadline) return false;
    await delay(backoff, undefined, { signal }).catch(() => {});
  }
  return false;
}

async function accepts(settings: ConnectionSettings): Promise<boolean> {
  try {
    await withConnection(settings, (client) => client.query('select 1'));
    return true;
  } catch (error) {
    if (isPassing(error)) return false;
    throw error;
  }
}

const STARTING_OR_STOPPING = '57P03';

/** Not listening yet, starting up, or cut while starting; five letters or digits are an answer of PostgreSQL. */
function isPassing(error: unknown): boolean {
  const code = codeOf(error);
  return code === undefined || code === STARTING_OR_STOPPING || !/^[0-9A-Z]{5}$/.test(code);
}
