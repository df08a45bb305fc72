import { realpath, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { asServer, asSuperuser, endpointOf, SERVER_ROLE } from './endpoint.ts';
import { EmbeddedPostgresError } from './error.ts';
import { layoutOf } from './layout.ts';
import type { Log } from './log.ts';
import { findOrphan } from './orphan.ts';
import { waitForPostmaster } from './postmaster.ts';
import { type EmbeddedOptions, type EmbeddedPostgres, startEmbedded } from './start.ts';

/** A PostgreSQL that may be another's. */
type JoinedPostgres = Pick<EmbeddedPostgres, 'owner' | 'server' | 'stop'>;

/**
 * Joins the PostgreSQL that a running server has on a data folder, and leaves it running; where none runs it is started
 * for as long as it is needed. A folder without a ledger is left as it is.
 *
 * @throws EmbeddedPostgresError when there is no ledger in the folder
 */
export async function joinEmbedded(options: EmbeddedOptions): Promise<JoinedPostgres> {
  const { folder, log } = options;
  if (!(await hasCluster(folder))) {
    throw new EmbeddedPostgresError(
      `there is no ledger in ${folder}: name its folder in [embedded], or its [database]`,
    );
  }
  return (await joinRunning(folder, log)) ?? (await startEmbedded(options));
}

async function hasCluster(folder: string): Promise<boolean> {
  return await stat(join(folder, 'postgres', 'PG_VERSION')).then(
    () => true,
    (error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT' || error.code === 'ENOTDIR') return false;
      throw error;
    },
  );
}

async function joinRunning(folder: string, log: Log): Promise<JoinedPostgres | undefined> {
  const layout = layoutOf(await realpath(folder));
  const orphan = await findOrphan(layout, log);
  if (orphan === undefined) return undefined;
  const transport = process.platform === 'win32' ? 'tcp' : 'socket';
  const endpoint = await endpointOf({ layout, orphan, transport });
  if (!(await waitForPostmaster(orphan.pid, endpoint))) return undefined;
  return { owner: asSuperuser(endpoint, SERVER_ROLE), server: asServer(endpoint), stop: () => Promise.resolve() };
}
