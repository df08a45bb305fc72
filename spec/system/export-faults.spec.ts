import { spawn, spawnSync } from 'node:child_process';
import { mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { connect, type Ledger } from '../../client/index.ts';
import { ended } from '../support/ended.ts';
import { createLedger, type TestLedger } from '../support/ledger.ts';
import { Person } from '../support/program.ts';
import { administrator, startTestServer, type TestServer } from '../support/server.ts';

vi.setConfig({ testTimeout: 120_000, hookTimeout: 120_000 });

let ledger: TestLedger;
let server: TestServer;
let admin: Ledger;
let bob: Person;
let folder: string;

const rows = 20_000;

beforeAll(async () => {
  ledger = await createLedger();
  // Small pages: an export goes to and fro hundreds of times, and is met in the middle.
  server = await startTestServer(ledger, { page_rows_max: '50' });
  admin = connect(server.address);
  await admin.login(administrator.name, administrator.password);
  bob = await Person.at(server.address);
  folder = await mkdtemp(join(tmpdir(), 'rowcast-export-faults-'));
  const columns = [
    { name: 'id', type: 'integer' as const },
    { name: 'name', type: 'text' as const },
  ];
  await admin.createTable({ name: 'people', key: 'id', columns });
  await admin.largeBatch(
    Array.from({ length: rows }, (_, id) => ({
      type: 'row.insert' as const,
      table: 'people',
      row: { id, name: `Person number ${id}` },
    })),
  );
});
afterAll(async () => {
  await rm(folder, { recursive: true });
  await bob.remove();
  await admin.close();
  await server.stop();
  await ledger.drop();
});

const launcher = fileURLToPath(new URL('../../bin/rowcast.js', import.meta.url));

/** The program in a process of its own, at the end of a line of the shell that has its words as `"$@"`. */
function shell(line: string, words: readonly string[]) {
  return spawn('sh', ['-c', line, 'sh', process.execPath, launcher, ...words], {
    env: { ...process.env, ...bob.env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
}

/** A file that stood there before, which must stand there after as it was. */
async function standing(name: string, where = folder): Promise<string> {
  const path = join(where, name);
  await writeFile(path, 'what was there before');
  return path;
}

/** Resolves when the hidden file beside has begun to grow. */
async function growing(): Promise<void> {
  for (;;) {
    const part = (await readdir(folder)).find((name) => name.endsWith('.part'));
    if (part !== undefined && (await stat(join(folder, part))).size > 0) return;
  }
}

describe('P11 rowcast export of 20,000 rows that ends in the middle', () => {
  test('is whole when nothing is in its way', async () => {
    const out = await bob.done(['export', 'people', '--out', join(folder, 'whole.csv')]);
    expect(out).toContain(`${rows} records`);
    await rm(join(folder, 'whole.csv'));
  });

  test('a reader that has seen enough: the program ends at once, and says nothing', async () => {
    const child = shell('{ "$@"; echo "ended with $?" >&2; } | head -1', ['export', 'people']);
    expect(await ended(child)).toEqual({ exit: 0, out: 'id,name\n', err: 'ended with 0\n' });
  });

  test('Ctrl-C: the file that was there stays, and nothing is beside it', async () => {
    const path = await standing('stopped.csv');
    const child = shell('exec "$@"', ['export', 'people', '--out', path]);
    const end = ended(child);
    await growing();
    child.kill('SIGINT');
    expect(await end).toMatchObject({ exit: 130, out: '' });
    expect(await readFile(path, 'utf8')).toBe('what was there before');
    expect(await readdir(folder)).toEqual(['stopped.csv']);
    await rm(path);
  });

  test('Ctrl-C: no half file under a name that was free', async () => {
    const child = shell('exec "$@"', ['export', 'people', '--out', join(folder, 'none.csv'), '--proof']);
    const end = ended(child);
    await growing();
    child.kill('SIGINT');
    expect((await end).exit).toBe(130);
    expect(await readdir(folder)).toEqual([]);
  });

  test('no file may be larger: it is said, and the file that was there stays', async () => {
    const path = await standing('limited.csv');
    // 64 or 128 KiB, as the shell counts.
    const child = shell('ulimit -f 128; exec "$@"', ['export', 'people', '--out', path, '--json']);
    const { exit, out, err } = await ended(child);
    expect([exit, out]).toEqual([1, '']);
    expect(JSON.parse(err)).toMatchObject({
      error: { code: 'file', exit: 1, message: `${path}: it would be larger than a file may be here` },
    });
    expect(await readFile(path, 'utf8')).toBe('what was there before');
    expect(await readdir(folder)).toEqual(['limited.csv']);
    await rm(path);
  });

  test('a full disk: it is said, and the file that was there stays', async ({ skip }) => {
    const small = join(folder, 'small');
    const made = spawnSync('sh', ['-c', 'mkdir "$0" && mount -t tmpfs -o size=128k tmpfs "$0"', small]).status === 0;
    await using _ = {
      [Symbol.asyncDispose]: async () => {
        if (made) spawnSync('umount', [small]);
        await rm(small, { recursive: true, force: true });
      },
    };
    skip(!made, 'a small disk can only be made by root, and not everywhere');
    const path = await standing('full.csv', small);
    const { exit, out, err } = await ended(shell('exec "$@"', ['export', 'people', '--out', path]));
    expect([exit, out, err]).toEqual([1, '', `✗ ${path}: the disk is full\n`]);
    expect(await readFile(path, 'utf8')).toBe('what was there before');
    expect(await readdir(small)).toEqual(['full.csv']);
  });

  test.runIf(process.platform === 'linux')('a full disk behind standard output is told too', async () => {
    const { exit, err } = await ended(shell('exec "$@" > /dev/full', ['export', 'people']));
    expect([exit, err]).toEqual([1, '✗ standard output: the disk is full\n']);
  });
});
