import { randomBytes } from 'node:crypto';
import { readFile, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';
import type { ConnectionSettings } from '../connection-settings.ts';
import { SUPERUSER } from './cluster.ts';
import { codeOf } from './error.ts';
import { makePrivateFolder, removeSocket, socketFolder } from './folders.ts';
import type { Layout } from './layout.ts';
import type { Orphan } from './orphan.ts';
import type { RunAs } from './run-as.ts';

export type Passwords = { readonly superuser: string; readonly server: string };

/** Where the server is reached: a unix socket in a closed folder, or TCP with passwords (Windows). */
export type Endpoint = { readonly host: string; readonly port: number; readonly passwords?: Passwords };

/** Part of the socket's name only; each data folder has a socket folder of its own. */
const SOCKET_PORT = 5432;

export type Transport = 'socket' | 'tcp';

/** The role that the Rowcast server logs in as, and the database of the same name. */
export const SERVER_ROLE = 'rowcast';

/** Makes the place of a server that is about to start. */
export async function makeEndpoint(options: { layout: Layout; runAs: RunAs; transport: Transport }): Promise<Endpoint> {
  const { layout, runAs, transport } = options;
  if (transport === 'tcp') {
    return { host: '127.0.0.1', port: await freePort(), passwords: await keptPasswords(layout) };
  }
  const host = socketFolder(layout, SOCKET_PORT);
  // Inside our closed folder the old one may go with its owner, who may have been another one.
  if (host === layout.socket) await rm(host, { recursive: true, force: true });
  await makePrivateFolder(host, runAs);
  await removeSocket(host, SOCKET_PORT);
  return { host, port: SOCKET_PORT };
}

/** The place of a server that runs already. */
export async function endpointOf(options: { layout: Layout; orphan: Orphan; transport: Transport }): Promise<Endpoint> {
  const { layout, orphan, transport } = options;
  if (transport === 'tcp') return { host: '127.0.0.1', port: orphan.port, passwords: await keptPasswords(layout) };
  // The line of the socket is written a moment after the file.
  return { host: orphan.socket || socketFolder(layout, SOCKET_PORT), port: orphan.port };
}

/** `pg` configuration for the superuser. */
export function asSuperuser({ host, port, passwords }: Endpoint, database: string): ConnectionSettings {
  const password = passwords && { password: passwords.superuser };
  return { host, port, database, user: SUPERUSER, ...password };
}

/** `pg` configuration for the role of the Rowcast server. */
export function asServer({ host, port, passwords }: Endpoint): ConnectionSettings {
  const password = passwords && { password: passwords.server };
  return { host, port, database: SERVER_ROLE, user: SERVER_ROLE, ...password };
}

/** Options of the server process: on its command line, where ALTER SYSTEM cannot change them. */
export function listenOptions({ host, passwords }: Endpoint): Record<string, string> {
  if (passwords !== undefined) return { listen_addresses: host, unix_socket_directories: '' };
  return { listen_addresses: '', unix_socket_directories: host, unix_socket_permissions: '0700' };
}

/** Runs `use` with a file that holds the superuser's password for initdb, and removes it. */
export async function withPasswordFile<Result>(
  options: { layout: Layout; passwords: Passwords | undefined },
  use: (file: string | undefined) => Promise<Result>,
): Promise<Result> {
  const { layout, passwords } = options;
  if (passwords === undefined) return use(undefined);
  const file = join(layout.folder, 'initdb.password');
  await writeFile(file, passwords.superuser, { mode: 0o600 });
  return use(file).finally(() => rm(file, { force: true }));
}

async function keptPasswords({ passwords: file }: Layout): Promise<Passwords> {
  const fresh = { superuser: randomBytes(24).toString('base64url'), server: randomBytes(24).toString('base64url') };
  // Only the first start makes them; "wx" leaves those of an earlier start alone.
  await writeFile(file, JSON.stringify(fresh), { mode: 0o600, flag: 'wx' }).catch((error: unknown) => {
    if (codeOf(error) !== 'EEXIST') throw error;
  });
  return JSON.parse(await readFile(file, 'utf8')) as Passwords;
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const probe = createServer();
    probe.on('error', reject);
    probe.listen(0, '127.0.0.1', () => {
      const address = probe.address();
      const port = typeof address === 'object' && address !== null ? address.port : 0;
      probe.close(() => resolve(port));
    });
  });
}
