import { chmod, mkdir, rm, writeFile } from 'node:fs/promises';
import { hostname } from 'node:os';
import { dirname } from 'node:path';
import { formatAddress } from '../protocol/address.ts';
import { connectionFile } from '../settings/connection-file.ts';
import type { ServerSettings } from '../settings/load.ts';

export interface ConnectionStrings {
  /** What clients on this machine take; undefined when the sockets are not TCP. */
  readonly here: string | undefined;
  /** What clients on others take, when that is another one: the server listens on all addresses of this machine. */
  readonly elsewhere: string | undefined;
}

const anyAddress = new Set(['0.0.0.0', '[::]']);

/** @param key the server's public key; undefined without encryption */
export function connectionStrings(server: ServerSettings, key: string | undefined): ConnectionStrings {
  const commands = new URL(server.commands);
  const feed = new URL(server.feed);
  if (commands.protocol !== 'tcp:' || feed.protocol !== 'tcp:') return { here: undefined, elsewhere: undefined };
  const to = (host: string): string =>
    formatAddress({ host, commandsPort: Number(commands.port), feedPort: Number(feed.port), key });
  if (!anyAddress.has(commands.hostname)) return { here: to(commands.hostname), elsewhere: undefined };
  return { here: to(commands.hostname === '[::]' ? '[::1]' : '127.0.0.1'), elsewhere: to(hostname()) };
}

/** Leaves the connection string among the keys, for clients that have the same settings. It is no secret. */
export async function leaveConnection(keys: string, address: string | undefined): Promise<void> {
  const path = connectionFile(keys);
  if (address === undefined) return await rm(path, { force: true });
  await mkdir(dirname(path), { recursive: true, mode: 0o700 });
  await writeFile(path, `${address}\n`);
  await chmod(path, 0o644);
}
