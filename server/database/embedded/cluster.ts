import { lstat, mkdtemp, open, readdir, readFile, rename, rm } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import type { Binaries } from './binaries.ts';
import { EmbeddedPostgresError } from './error.ts';
import { makePrivateFolder } from './folders.ts';
import type { Layout } from './layout.ts';
import { commandAs, type RunAs, run } from './run-as.ts';

type ClusterOptions = {
  readonly layout: Layout;
  readonly binaries: Binaries;
  readonly runAs: RunAs;
  /** The major version of the programs. */
  readonly major: number;
  /** File with the superuser's password, where the server listens on TCP. */
  readonly passwordFile?: string | undefined;
};

/** The role that owns everything in the embedded PostgreSQL. */
export const SUPERUSER = 'postgres';

/**
 * Makes the cluster unless it is there; true when it made it. It is made beside its place and renamed when it is
 * whole, so a start that was killed in between leaves nothing that a later one could take for data.
 *
 * @throws EmbeddedPostgresError when initdb fails, or when the data is of another major version
 */
export async function makeCluster(options: ClusterOptions): Promise<boolean> {
  const { layout, major } = options;
  await removeUnfinished(layout);
  if (
    await lstat(layout.cluster).then(
      () => true,
      () => false,
    )
  ) {
    await compareVersions(layout, major);
    return false;
  }
  const unfinished = await mkdtemp(unfinishedPrefix(layout));
  await makePrivateFolder(unfinished, options.runAs);
  await initialise(unfinished, options);
  await rename(unfinished, layout.cluster);
  await syncFolder(layout.folder);
  return true;
}

// A name of its own for each attempt: the initdb of a killed start may still be writing.
function unfinishedPrefix({ cluster }: Layout): string {
  return `${cluster}.new-`;
}

async function removeUnfinished(layout: Layout): Promise<void> {
  const prefix = basename(unfinishedPrefix(layout));
  const names = (await readdir(layout.folder)).filter((name) => name.startsWith(prefix));
  const removal = { recursive: true, force: true, maxRetries: 10, retryDelay: 50 };
  await Promise.all(names.map((name) => rm(join(layout.folder, name), removal)));
}

async function initialise(folder: string, options: ClusterOptions): Promise<void> {
  const { binaries, runAs } = options;
  const { code, output } = await run(commandAs(runAs, binaries.initdb, initdbArguments(folder, options)));
  if (code === 0) return;
  await rm(folder, { recursive: true, force: true });
  throw new EmbeddedPostgresError(`initdb could not make the database in ${dirname(folder)}:\n${output.trim()}`);
}

function initdbArguments(folder: string, { major, passwordFile }: ClusterOptions): string[] {
  const login =
    passwordFile === undefined
      ? ['--auth-local=trust', '--auth-host=reject']
      : ['--auth=scram-sha-256', `--pwfile=${passwordFile}`];
  return [
    `--pgdata=${folder}`,
    `--username=${SUPERUSER}`,
    '--encoding=UTF8',
    '--data-checksums',
    '--no-instructions',
    ...localeArguments(major),
    ...login,
  ];
}

// The builtin provider sorts and folds the same on every machine; PostgreSQL has it since 17.
function localeArguments(major: number): string[] {
  if (major < 17) return ['--locale=C.UTF-8'];
  return ['--locale-provider=builtin', '--builtin-locale=C.UTF-8', '--locale=C'];
}

async function compareVersions({ cluster }: Layout, major: number): Promise<void> {
  const written = await readFile(join(cluster, 'PG_VERSION'), 'utf8').catch(() => '');
  if (written.trim() === String(major)) return;
  throw new EmbeddedPostgresError(
    written === ''
      ? `${cluster} is not a PostgreSQL data folder (no PG_VERSION): move it away, or name another folder in [embedded]`
      : `the data in ${cluster} is of PostgreSQL ${written.trim()}, the programs are of ${major}: set bin_folder in ` +
          `[embedded] to the programs of ${written.trim()}, or move the data with pg_upgrade`,
  );
}

/** Makes the rename itself survive a power failure. Windows cannot open folders and needs no such thing. */
async function syncFolder(folder: string): Promise<void> {
  if (process.platform === 'win32') return;
  const handle = await open(folder);
  await handle.sync().finally(() => handle.close());
}
