import { mkdir, rm } from 'node:fs/promises';
import { z } from 'zod';
import { keptFile, readKept, writeKept } from './kept-file.ts';

const sessionSchema = z.object({
  server: z.string(),
  user: z.string(),
  role: z.string(),
  session: z.string(),
  /** Whoever has it has the session. */
  secret: z.string(),
  /** ISO 8601. */
  expires: z.string(),
});
type StoredSession = z.infer<typeof sessionSchema>;

/**
 * The sessions of the user of this machine, a file for each server address, readable by the user only. A session is
 * good at every server of its ledger, so it is kept under each address that was named.
 */
export class SessionStore {
  readonly #folder: string;

  constructor(folder: string) {
    this.#folder = folder;
  }

  /** The session of the first of the addresses that has one that has not ended. */
  async find(addresses: readonly string[]): Promise<StoredSession | undefined> {
    for (const address of addresses) {
      const session = await this.#read(address);
      if (session !== undefined && Date.parse(session.expires) > Date.now()) return session;
    }
    return undefined;
  }

  async keep(addresses: readonly string[], session: Omit<StoredSession, 'server'>): Promise<void> {
    await mkdir(this.#folder, { recursive: true, mode: 0o700 });
    for (const address of addresses) await writeKept(this.#path(address), { server: address, ...session });
  }

  async forget(addresses: readonly string[]): Promise<void> {
    for (const address of addresses) await rm(this.#path(address), { force: true });
  }

  async #read(address: string): Promise<StoredSession | undefined> {
    return sessionSchema.safeParse(await readKept(this.#path(address))).data;
  }

  #path(address: string): string {
    return keptFile(this.#folder, 'session', address);
  }
}
