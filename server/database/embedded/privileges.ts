import { lstat } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { Binaries } from './binaries.ts';
import { EmbeddedPostgresError } from './error.ts';
import type { Layout } from './layout.ts';
import { accountNamed, commandAs, type RunAs, run } from './run-as.ts';
import { type Account, canRead, canTraverse } from './traversal.ts';

/**
 * Decides as whom PostgreSQL's programs run. The owner of data that is there comes first, so that the mode stays
 * the same from start to start; another mode is taken only when that one has become impossible.
 *
 * @throws EmbeddedPostgresError when no way works, with what to do
 */
export async function chooseRunAs(layout: Layout, binaries: Binaries): Promise<RunAs> {
  const uid = process.getuid?.();
  if (uid === undefined) return { kind: 'plain' };
  if (uid !== 0) return { kind: 'plain' };
  const reasons: string[] = [];
  for (const candidate of await candidates(layout)) {
    const obstacle = await obstacleTo(candidate, layout, binaries);
    if (obstacle === undefined) return candidate;
    reasons.push(`- ${nameOf(candidate)}: ${obstacle}`);
  }
  throw new EmbeddedPostgresError(
    [
      'PostgreSQL refuses to run as root, and no other way works here:',
      ...reasons,
      'Start Rowcast as an ordinary user, or move its folder and the data to a place that all may traverse (such as /srv), ' +
        'or install the program "unshare" (util-linux) where user namespaces are allowed.',
    ].join('\n'),
  );
}

/**
 * Lets an ordinary user use only data of its own. Root may use anybody's.
 *
 * @throws EmbeddedPostgresError that names the owner
 */
export async function checkOwner({ cluster, folder }: Layout): Promise<void> {
  const uid = process.getuid?.();
  if (uid === undefined || uid === 0) return;
  const found = (await lstat(cluster).catch(() => undefined)) ?? (await lstat(folder));
  if (found.uid === uid) return;
  throw new EmbeddedPostgresError(
    `the data in ${folder} belongs to user id ${found.uid} and not to you (${uid}): start Rowcast as that user, ` +
      `or run "chown -R ${uid} ${folder}" as root while it is stopped, or name another folder in [embedded]`,
  );
}

async function candidates({ cluster, folder }: Layout): Promise<RunAs[]> {
  const data = await lstat(cluster).catch(() => undefined);
  const owner = data ?? (await lstat(folder));
  const named = [await accountNamed('postgres'), await accountNamed('nobody')].filter(
    (account) => account !== undefined,
  );
  const accounts = named.map((account): RunAs => ({ kind: 'account', ...account }));
  // initdb looks its uid up in /etc/passwd, in the namespace too.
  const mapped: RunAs = { kind: 'namespace', ...(named[0] ?? { uid: 1000, gid: 1000 }) };
  if (owner.uid !== 0) return [{ kind: 'account', uid: owner.uid, gid: owner.gid }, ...accounts, mapped];
  return data === undefined ? [...accounts, mapped] : [mapped, ...accounts];
}

async function obstacleTo(runAs: RunAs, layout: Layout, binaries: Binaries): Promise<string | undefined> {
  if (runAs.kind === 'account') {
    const obstacle = await obstacleToAccount(runAs, layout, binaries);
    if (obstacle !== undefined) return obstacle;
  }
  const { code, output } = await run(commandAs(runAs, binaries.postgres, ['--version']));
  return code === 0 ? undefined : `${binaries.postgres} cannot be run (${output.trim()})`;
}

async function obstacleToAccount(account: Account, layout: Layout, binaries: Binaries): Promise<string | undefined> {
  const { folder } = layout;
  const owner = (await lstat(folder)).uid;
  if (owner !== 0 && owner !== account.uid) return `${folder} belongs to user id ${owner}`;
  if (!(await canTraverse(dirname(folder), account))) return `it may not traverse ${dirname(folder)}`;
  for (const file of [binaries.initdb, ...binaries.needed]) {
    if (!(await canRead(file, account))) return `it may not read ${file}`;
  }
  return undefined;
}

function nameOf(runAs: RunAs): string {
  if (runAs.kind === 'plain') return 'as we are';
  return runAs.kind === 'account' ? `as user id ${runAs.uid}` : 'in a user namespace';
}
