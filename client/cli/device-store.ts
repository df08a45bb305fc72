import { mkdir } from 'node:fs/promises';
import { z } from 'zod';
import { keptFile, readKept, writeKept } from './kept-file.ts';

/** Of each user that has logged in from here, newest last. */
const devicesSchema = z.array(z.object({ user: z.string(), device: z.string() }));

/** Users whose devices are kept for one address; beyond, the one who has not logged in for longest goes. */
const usersMax = 20;

/**
 * What shows a server that somebody has logged in from here before, a file for each server address. It opens nothing, and
 * outlives the session: with it, strangers who guess passwords cannot keep the user from logging in.
 */
export class DeviceStore {
  readonly #folder: string;

  constructor(folder: string) {
    this.#folder = folder;
  }

  async find(addresses: readonly string[], user: string): Promise<string | undefined> {
    for (const address of addresses) {
      const found = (await this.#read(address)).find((one) => one.user === user);
      if (found !== undefined) return found.device;
    }
    return undefined;
  }

  async keep(addresses: readonly string[], user: string, device: string): Promise<void> {
    await mkdir(this.#folder, { recursive: true, mode: 0o700 });
    for (const address of addresses) {
      const others = (await this.#read(address)).filter((one) => one.user !== user);
      await writeKept(keptFile(this.#folder, 'devices', address), [...others, { user, device }].slice(-usersMax));
    }
  }

  async #read(address: string): Promise<z.infer<typeof devicesSchema>> {
    const { data = [] } = devicesSchema.safeParse(await readKept(keptFile(this.#folder, 'devices', address)));
    return data;
  }
}
