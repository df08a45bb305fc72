import { readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { formatAddress, parseAddress } from '../../protocol/address.ts';

/** The file in which something of a server is kept, whichever way its address is written. */
export function keptFile(folder: string, kind: string, address: string): string {
  const name = formatAddress(parseAddress(address)).replace('rowcast://', '').replace('?feed=', '-');
  return join(folder, `${kind}-${name.replace(/[^A-Za-z0-9.-]/g, '_')}.json`);
}

/** What a file holds; undefined when it is missing or damaged. */
export async function readKept(path: string): Promise<unknown> {
  try {
    return JSON.parse(await readFile(path, 'utf8'));
  } catch {
    // Nothing is kept then, and the next login writes it anew.
    return undefined;
  }
}

/** Writes it whole or not at all, readable by the user only. */
export async function writeKept(path: string, value: unknown): Promise<void> {
  const half = `${path}.${process.pid}`;
  await writeFile(half, `${JSON.stringify(value)}\n`, { mode: 0o600 });
  await rename(half, path);
}
