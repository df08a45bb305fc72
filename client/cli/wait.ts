import { setTimeout as sleep } from 'node:timers/promises';
import { interrupted } from './cli-error.ts';

/** @throws CliError when it was interrupted */
export async function wait(ms: number, signal: AbortSignal): Promise<void> {
  try {
    await sleep(ms, undefined, { signal });
  } catch {
    throw interrupted();
  }
}
