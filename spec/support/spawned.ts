import type { TestLedger } from './ledger.ts';
import { type ServerProcess, spawnServer, writeSettings } from './server.ts';

/** A server in a process of its own on a ledger, with settings of its own; nothing is left when it does not start. */
export async function spawnOn(
  ledger: TestLedger,
  server: Readonly<Record<string, string>> = {},
): Promise<ServerProcess> {
  const settings = await writeSettings(ledger, server);
  try {
    return await spawnServer(settings);
  } catch (error) {
    await settings.remove();
    throw error;
  }
}
