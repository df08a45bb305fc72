import { mkdir, mkdtemp, readdir, realpath, rename, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { backendsOf } from '../../../../server/database/embedded/orphan.ts';
import { isAlive, waitUntil } from '../../../../server/database/embedded/process.ts';
import { type EmbeddedPostgres, startEmbedded } from '../../../../server/database/embedded/start.ts';
import {
  ask,
  copyTemplate,
  dataFolder,
  killHard,
  recordingLog,
  removeTemplate,
  start,
  startInChild,
  usedFolder,
} from './support.ts';

afterAll(removeTemplate);

vi.setConfig({ testTimeout: 30_000, hookTimeout: 30_000 });

describe('startEmbedded', () => {
  test('first start makes everything, stop leaves nothing behind, second start finds the data', async () => {
    const folder = await dataFolder();
    const first = await start({ folder });
    expect(first).toMatchObject({ firstStart: true, version: expect.stringMatching(/^\d+\.\d+/) });
    await ask(first.owner, 'create table kept as select 42 as answer');
    await first.stop();
    expect(await isAlive(first.pid)).toBe(false);
    expect(await backendsOf(join(folder, 'postgres'))).toEqual([]);
    expect((await readdir(folder)).sort()).toEqual(['postgres', 'postgres.log', 'socket']);
    expect(await readdir(join(folder, 'socket'))).toEqual([]);

    const second = await start({ folder });
    expect(second.firstStart).toBe(false);
    expect(await ask(second.owner, 'select answer from kept')).toEqual([42]);
  });

  test('initdb killed in the middle does not poison the next start', async () => {
    const folder = await dataFolder();
    const child = startInChild(folder);
    const hasBegun = async () => {
      const names = await readdir(folder).catch(() => []);
      return names.some((name) => name.startsWith('postgres.new-'));
    };
    expect(await waitUntil(hasBegun, 10_000)).toBe(true);
    await killHard(child.process);
    const postgres = await start({ folder });
    expect(postgres.firstStart).toBe(true);
    expect((await readdir(folder)).filter((name) => name.includes('.new-'))).toEqual([]);
  });

  test('data may be moved; a path too long for a socket gets a short folder, which stop removes', async () => {
    const folder = join(dirname(await usedFolder()), 'x'.repeat(100));
    await rename(join(dirname(folder), 'data'), folder);
    const postgres = await start({ folder });
    expect(postgres.firstStart).toBe(false);
    expect(dirname(postgres.owner.host)).toBe(tmpdir());
    expect((await stat(postgres.owner.host)).mode & 0o777).toBe(0o700);
    await postgres.stop();
    await expect(stat(postgres.owner.host)).rejects.toThrow('ENOENT');
  });

  test('TCP, as on Windows: 127.0.0.1 with passwords that later starts keep', async () => {
    const folder = await dataFolder();
    const first = await start({ folder, transport: 'tcp' });
    expect(first.server).toMatchObject({ host: '127.0.0.1', user: 'rowcast', password: expect.any(String) });
    expect(await ask(first.server, 'select 1')).toEqual([1]);
    await expect(ask({ ...first.server, password: 'wrong' }, 'select 1')).rejects.toThrow(
      'password authentication failed',
    );
    await first.stop();
    const second = await start({ folder, transport: 'tcp' });
    expect(await ask(second.owner, 'select 1')).toEqual([1]);
  });
});

describe('a running embedded PostgreSQL', () => {
  let folder = '';
  let postgres: EmbeddedPostgres;

  beforeAll(async () => {
    folder = join(await realpath(await mkdtemp(join(tmpdir(), 'rc-'))), 'data');
    await copyTemplate(folder);
    postgres = await startEmbedded({ folder, log: recordingLog() });
  });

  afterAll(async () => {
    await postgres.stop();
    await rm(dirname(folder), { recursive: true });
  });

  test('owner is the superuser, server an ordinary role, both in database rowcast', async () => {
    const who = `select format('%s %s %s', current_user, current_database(), usesuper) from pg_user where usename = current_user`;
    expect(await ask(postgres.owner, who)).toEqual(['postgres rowcast t']);
    expect(await ask(postgres.server, who)).toEqual(['rowcast rowcast f']);
    await expect(ask(postgres.server, 'create table public.mine (x int)')).rejects.toThrow('permission denied');
  });

  test('P1: what makes a commit durable is on, pages have checksums, and nobody listens on TCP', async () => {
    const names = ['fsync', 'synchronous_commit', 'full_page_writes', 'data_checksums', 'listen_addresses', 'TimeZone'];
    const shown = await ask(
      postgres.server,
      `select current_setting(name) from unnest(array['${names.join("','")}']) with ordinality as t(name, n) order by n`,
    );
    expect(shown).toEqual(['on', 'on', 'on', 'on', '', 'UTC']);
    expect(
      await ask(
        postgres.owner,
        `select lower('ÄÖ') || pg_encoding_to_char(encoding) from pg_database where datname = 'rowcast'`,
      ),
    ).toEqual(['äöUTF8']);
  });

  test('fault 78: a second start on a folder in use is refused, says by whom, and leaves the first alone', async () => {
    await expect(start({ folder })).rejects.toThrow(
      `${folder} is in use by the Rowcast server with process id ${process.pid}`,
    );
    const { answer } = startInChild(folder);
    expect((await answer).failed).toContain(`process id ${process.pid}`);
    expect(await ask(postgres.server, 'select 1')).toEqual([1]);
  });

  test('stop cuts off clients that are still connected, and may be called twice', async () => {
    const sleeping = ask(postgres.server, 'select pg_sleep(60)');
    const cut = expect(sleeping).rejects.toThrow(/terminat|connection/i);
    await waitUntil(
      async () => (await ask(postgres.owner, `select 1 from pg_stat_activity where wait_event = 'PgSleep'`)).length > 0,
      5_000,
    );
    await Promise.all([postgres.stop(), postgres.stop()]);
    await cut;
    expect(await isAlive(postgres.pid)).toBe(false);
  });
});

describe('a start that fails says why', () => {
  test('with the end of postgres.log, and gives the folder back', async () => {
    const folder = await usedFolder();
    await rm(join(folder, 'postgres/global/pg_control'));
    await expect(start({ folder })).rejects.toThrow(/did not start[\s\S]*postgres\.log says:[\s\S]*pg_control/);
    expect(await readdir(folder)).not.toContain('rowcast.lock');
  });

  test('data of another major version', async () => {
    const folder = await dataFolder();
    await mkdir(join(folder, 'postgres'), { recursive: true });
    await writeFile(join(folder, 'postgres/PG_VERSION'), '9\n');
    await expect(start({ folder })).rejects.toThrow(/is of PostgreSQL 9, the programs are of \d+: set bin_folder/);
  });

  test('a folder named postgres that is no data', async () => {
    const folder = await dataFolder();
    await mkdir(join(folder, 'postgres'), { recursive: true });
    await expect(start({ folder })).rejects.toThrow('is not a PostgreSQL data folder');
  });

  test('a folder that others use, such as /tmp', async () => {
    await expect(start({ folder: tmpdir() })).rejects.toThrow('is shared with others: name a folder of its own');
  });

  test('a file in place of the folder', async () => {
    const folder = await dataFolder();
    await writeFile(folder, '');
    await expect(start({ folder: join(folder, 'below') })).rejects.toThrow('cannot be made');
  });

  test('programs that are not there', async () => {
    await expect(start({ folder: await dataFolder(), binFolder: '/nowhere' })).rejects.toThrow(
      '/nowhere/postgres is not there: set bin_folder in [embedded]',
    );
  });
});
