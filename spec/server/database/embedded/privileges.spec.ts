import { chmod, mkdir, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { expect, test, vi } from 'vitest';
import { accountNamed } from '../../../../server/database/embedded/run-as.ts';
import { ask, dataFolder, hasUserNamespaces, isRoot, recordingLog, start, startInChild } from './support.ts';

vi.setConfig({ testTimeout: 30_000, hookTimeout: 30_000 });

const nobody = await accountNamed('nobody');
const noRoot = 'only root can try this';
const noNamespaces = 'this machine does not let root make user namespaces';

async function ownerOf(folder: string): Promise<number> {
  return (await stat(join(folder, 'postgres'))).uid;
}

test('root, all traversable: PostgreSQL runs as an ordinary account, and its data stays in use when that ends', async ({
  skip,
}) => {
  skip(!isRoot || nobody === undefined, noRoot);
  const folder = await dataFolder({ traversable: true });
  const first = await start({ folder });
  const owner = await ownerOf(folder);
  expect(owner).toBeGreaterThan(0);
  expect((await stat(`/proc/${first.pid}`)).uid).toBe(owner);
  for (const name of ['postgres', 'socket']) {
    expect(await stat(join(folder, name)).then(({ uid, mode }) => [uid, mode & 0o777])).toEqual([owner, 0o700]);
  }
  // The account passes through the folder and can do nothing else with it.
  expect(await stat(folder).then(({ uid, mode }) => [uid, mode & 0o777])).toEqual([0, 0o710]);
  await ask(first.owner, 'create table kept as select 42 as answer');
  await first.stop();

  const { failed } = await startInChild(folder, nobody).answer;
  expect(failed).toMatch(/belongs to user id \d+ and not to you \(\d+\): start Rowcast as that user/);

  for (const mode of (await hasUserNamespaces()) ? [0o700, 0o755] : []) {
    await chmod(dirname(folder), mode);
    const later = await start({ folder });
    expect(await ask(later.owner, 'select answer from kept')).toEqual([42]);
    expect(await stat(folder).then((found) => found.mode & 0o777)).toBe(0o700);
    expect(await ownerOf(folder)).toBe(0);
    await later.stop();
  }
});

test('root, folder untraversable: PostgreSQL runs in a user namespace and root owns its files', async ({ skip }) => {
  skip(!isRoot, noRoot);
  skip(!(await hasUserNamespaces()), noNamespaces);
  const folder = await dataFolder();
  const log = recordingLog();
  const postgres = await start({ folder, log });
  expect(log.lines[0]?.fields).toMatchObject({ runAs: 'namespace' });
  expect(await ownerOf(folder)).toBe(0);
  expect(await ask(postgres.server, 'select 1')).toEqual([1]);
});

test('an ordinary user starts plainly; root takes its data over as that user, and the user gets it back', async ({
  skip,
}) => {
  skip(!isRoot || nobody === undefined, noRoot);
  const parent = await dataFolder({ traversable: true });
  await mkdir(parent, { mode: 0o777 });
  await chmod(parent, 0o777);
  const folder = join(parent, 'mine');
  for (const firstStart of [true, false]) {
    const child = startInChild(folder, nobody);
    expect(await child.answer).toMatchObject({ started: { firstStart } });
    child.process.send('stop');
    await new Promise((resolve) => child.process.once('exit', resolve));
    const byRoot = await start({ folder });
    expect(await ownerOf(folder)).toBe(nobody?.uid);
    await byRoot.stop();
  }
});
