import type { ConnectionSettings } from '../connection-settings.ts';
import { type Binaries, locateBinaries } from './binaries.ts';
import { makeCluster } from './cluster.ts';
import {
  asServer,
  asSuperuser,
  type Endpoint,
  endpointOf,
  makeEndpoint,
  SERVER_ROLE,
  type Transport,
  withPasswordFile,
} from './endpoint.ts';
import { EmbeddedPostgresError } from './error.ts';
import { closeFolder, giveCluster, makeFolder, removeOuterSocketFolder } from './folders.ts';
import type { Layout } from './layout.ts';
import { lockFolder } from './lock.ts';
import type { Log } from './log.ts';
import { findOrphan } from './orphan.ts';
import { startPostmaster, stopPostmaster, waitForPostmaster } from './postmaster.ts';
import { checkOwner, chooseRunAs } from './privileges.ts';
import { type KnownProcess, knownProcess } from './process.ts';
import { makeRoleAndDatabase } from './roles.ts';
import { commandAs, run } from './run-as.ts';

export type EmbeddedPostgres = {
  /** The superuser, to database `rowcast`: applies schema.sql. */
  readonly owner: ConnectionSettings;
  /** The role `rowcast`, no superuser, to the same database: what the server works with. */
  readonly server: ConnectionSettings;
  /** Such as `18.4`. */
  readonly version: string;
  readonly pid: number;
  /** The data folder was made by this start. */
  readonly firstStart: boolean;
  /** Stops PostgreSQL, adopted or not, and gives the folder back. May be called more than once. */
  stop(): Promise<void>;
};

export type EmbeddedOptions = {
  /** Data folder; made when it is missing, closed to others. */
  readonly folder: string;
  /** Folder with postgres and initdb; absent: those of the npm package. */
  readonly binFolder?: string | undefined;
  readonly log: Log;
  /** A unix socket, or TCP on 127.0.0.1 with passwords where there are none (Windows, the default there). */
  readonly transport?: Transport;
};

type Running = { readonly known: KnownProcess; readonly endpoint: Endpoint; readonly firstStart: boolean };

/**
 * Starts PostgreSQL on a data folder, or adopts the one that a killed Rowcast server left running on it.
 *
 * @throws EmbeddedPostgresError when the folder is in use, or PostgreSQL cannot run here; the message says what to do
 * @example const postgres = await startEmbedded({ folder: './data', log });
 */
export async function startEmbedded(options: EmbeddedOptions): Promise<EmbeddedPostgres> {
  const binaries = await locateBinaries(options.binFolder);
  const layout = await makeFolder(options.folder);
  await checkOwner(layout);
  const unlock = await lockFolder(layout, options.log);
  try {
    const running = (await adopt(layout, options)) ?? (await start(layout, binaries, options));
    return await describe(running, { layout, binaries, unlock });
  } catch (error) {
    await unlock();
    throw error;
  }
}

async function adopt(layout: Layout, options: EmbeddedOptions): Promise<Running | undefined> {
  const { log } = options;
  const orphan = await findOrphan(layout, log);
  if (orphan === undefined) return undefined;
  const endpoint = await endpointOf({ layout, orphan, transport: transportOf(options) });
  const known = await knownProcess(orphan.pid);
  if (!(await waitForPostmaster(orphan.pid, endpoint))) return undefined;
  log.info({ postgresPid: orphan.pid, adopted: true }, 'took over the PostgreSQL that an earlier server left running');
  return { known, endpoint, firstStart: false };
}

async function start(layout: Layout, binaries: Binaries, options: EmbeddedOptions): Promise<Running> {
  const { log } = options;
  const runAs = await chooseRunAs(layout, binaries);
  await closeFolder(layout, runAs);
  const endpoint = await makeEndpoint({ layout, runAs, transport: transportOf(options) });
  const major = await majorVersion(commandAs(runAs, binaries.postgres, ['--version']));
  const firstStart = await withPasswordFile({ layout, passwords: endpoint.passwords }, (passwordFile) =>
    makeCluster({ layout, binaries, runAs, major, passwordFile }),
  );
  await giveCluster(layout, runAs);
  const known = await startPostmaster({ layout, binaries, runAs, endpoint, log });
  log.info(
    { postgresPid: known.pid, adopted: false, firstStart, runAs: runAs.kind },
    'the embedded PostgreSQL accepts connections',
  );
  return { known, endpoint, firstStart };
}

async function majorVersion(command: Parameters<typeof run>[0]): Promise<number> {
  const { output } = await run(command);
  const major = /\(PostgreSQL\) (\d+)/.exec(output)?.[1];
  if (major === undefined) throw new EmbeddedPostgresError(`${command.file} is not PostgreSQL: ${output.trim()}`);
  return Number(major);
}

async function describe(
  { known, endpoint, firstStart }: Running,
  { layout, binaries, unlock }: { layout: Layout; binaries: Binaries; unlock: () => Promise<void> },
): Promise<EmbeddedPostgres> {
  let stopping: Promise<void> | undefined;
  const stopOnce = async () => {
    await stopPostmaster(known, binaries);
    if (endpoint.passwords === undefined) await removeOuterSocketFolder(layout, endpoint.host);
    await unlock();
  };
  const stop = () => {
    stopping ??= stopOnce();
    return stopping;
  };
  const { pid } = known;
  const version = await makeRoleAndDatabase(endpoint).catch(async (error: unknown) => {
    await stop();
    throw error;
  });
  return { owner: asSuperuser(endpoint, SERVER_ROLE), server: asServer(endpoint), version, pid, firstStart, stop };
}

function transportOf({ transport }: EmbeddedOptions): Transport {
  return transport ?? (process.platform === 'win32' ? 'tcp' : 'socket');
}
