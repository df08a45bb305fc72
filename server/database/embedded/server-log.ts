import type { FileHandle } from 'node:fs/promises';
import { chown, lstat, open, rename, stat } from 'node:fs/promises';
import type { Layout } from './layout.ts';

const LOG_BYTES_MAX = 10 * 1024 * 1024;
const TAIL_BYTES_MAX = 8 * 1024;

type ServerLog = { readonly handle: FileHandle; readonly start: number };

/** Opens postgres.log for a new server process. One above 10 MB becomes postgres.log.1; the one before it is dropped. */
export async function openServerLog({ log, folder }: Layout): Promise<ServerLog> {
  const size = await stat(log).then(
    (found) => found.size,
    () => 0,
  );
  if (size > LOG_BYTES_MAX) await rename(log, `${log}.1`);
  const handle = await open(log, 'a', 0o600);
  // Started once by root, it must still be the folder owner's own on the next start.
  if (process.getuid?.() === 0) {
    const { uid, gid } = await lstat(folder);
    await chown(log, uid, gid);
  }
  return { handle, start: (await handle.stat()).size };
}

/** The last lines that were written since `start`. */
export async function tailOf({ log }: Layout, start: number): Promise<string> {
  const handle = await open(log, 'r');
  try {
    const { size } = await handle.stat();
    const from = Math.max(start, size - TAIL_BYTES_MAX);
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(Math.max(0, size - from)), { position: from });
    return buffer.subarray(0, bytesRead).toString('utf8').trim();
  } finally {
    await handle.close();
  }
}
