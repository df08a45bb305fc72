import { createHash } from 'node:crypto';
import { chmod, chown, lchown, lstat, mkdir, readdir, realpath, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join, parse, resolve } from 'node:path';
import { codeOf, EmbeddedPostgresError } from './error.ts';
import { type Layout, layoutOf } from './layout.ts';
import { fileOwner, type RunAs } from './run-as.ts';
import type { Account } from './traversal.ts';

const OWNER_ONLY = 0o700;
// Root keeps the folder, so that the account can neither list nor replace what else is in it; it may only pass.
const OWNER_AND_PASSING_GROUP = 0o710;

/**
 * Makes the data folder and returns its layout with the real path, since that names it in `postmaster.pid`.
 *
 * @throws EmbeddedPostgresError for a folder that must not be closed to others, such as `/` or `/tmp`
 */
export async function makeFolder(written: string): Promise<Layout> {
  const folder = resolve(written);
  const real = await make(folder).catch((cause: unknown) => {
    const message = `the data folder ${folder} cannot be made (${codeOf(cause)}): name another one in [embedded]`;
    throw new EmbeddedPostgresError(message, { cause });
  });
  const { mode } = await lstat(real);
  if (real === parse(real).root || (mode & 0o1000) !== 0) {
    throw new EmbeddedPostgresError(
      `${real} is shared with others: name a folder of its own in [embedded], such as ./data`,
    );
  }
  return layoutOf(real);
}

async function make(folder: string): Promise<string> {
  await mkdir(dirname(folder), { recursive: true });
  await mkdir(folder, { mode: OWNER_ONLY }).catch(ignore('EEXIST'));
  return realpath(folder);
}

/** Closes the data folder to everybody but us and, as far as it needs to pass, the account of PostgreSQL. */
export async function closeFolder({ folder }: Layout, runAs: RunAs): Promise<void> {
  const { uid } = await lstat(folder);
  if (runAs.kind !== 'account' || uid === runAs.uid) return chmod(folder, OWNER_ONLY);
  await chown(folder, 0, runAs.gid);
  await chmod(folder, OWNER_AND_PASSING_GROUP);
}

/**
 * Gives the cluster to those that PostgreSQL runs as, after a change of mode (data folder moved, or started as root
 * before). The top folder comes last: it tells the next start whether this one got to the end.
 */
export async function giveCluster({ cluster }: Layout, runAs: RunAs): Promise<void> {
  const owner = fileOwner(runAs);
  if (owner === undefined || (await lstat(cluster)).uid === owner.uid) return;
  await giveTree(cluster, owner);
}

async function giveTree(path: string, owner: Account): Promise<void> {
  const entries = await readdir(path, { withFileTypes: true });
  for (const entry of entries) {
    const child = join(path, entry.name);
    if (entry.isDirectory()) await giveTree(child, owner);
    else await lchown(child, owner.uid, owner.gid);
  }
  await lchown(path, owner.uid, owner.gid);
}

/** Makes a folder that only PostgreSQL's account and root can enter. */
export async function makePrivateFolder(path: string, runAs: RunAs): Promise<void> {
  await mkdir(path, { mode: OWNER_ONLY }).catch(ignore('EEXIST'));
  const owner = fileOwner(runAs) ?? { uid: process.getuid?.() ?? 0, gid: process.getgid?.() ?? 0 };
  const found = await lstat(path);
  // In /tmp anybody may have made it before us: a folder of theirs, or a link, would hand them the connection.
  if (!found.isDirectory() || (found.uid !== owner.uid && found.uid !== process.getuid?.())) {
    throw new EmbeddedPostgresError(`${path} is not a folder of ours (owner ${found.uid}): remove it and start again`);
  }
  if (found.uid !== owner.uid) await lchown(path, owner.uid, owner.gid);
  if ((found.mode & 0o777) !== OWNER_ONLY) await chmod(path, OWNER_ONLY);
}

// sun_path holds 107 bytes (103 on macOS) with the name of the socket in them.
const SOCKET_PATH_BYTES_MAX = 100;

/** The folder of the unix socket; a short one below the temporary folder when the data folder's path is too long. */
export function socketFolder({ folder, socket }: Layout, port: number): string {
  if (Buffer.byteLength(join(socket, `.s.PGSQL.${port}`)) <= SOCKET_PATH_BYTES_MAX) return socket;
  const name = createHash('sha256').update(folder).digest('hex').slice(0, 16);
  return join(tmpdir(), `rowcast-${name}`);
}

/** Removes the socket of a server that has ended: its lock names a pid that another process may have by now. */
export async function removeSocket(folder: string, port: number): Promise<void> {
  const name = join(folder, `.s.PGSQL.${port}`);
  await Promise.all([rm(name, { force: true }), rm(`${name}.lock`, { force: true })]);
}

/** Removes the socket's folder where it is outside of the data folder. */
export async function removeOuterSocketFolder({ socket }: Layout, folder: string): Promise<void> {
  if (folder !== socket) await rm(folder, { recursive: true, force: true });
}

function ignore(code: string): (error: unknown) => void {
  return (error) => {
    if (codeOf(error) !== code) throw error;
  };
}
