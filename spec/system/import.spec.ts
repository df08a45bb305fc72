import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { createReadStream, readFileSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { connect, type ImportPreview, type ImportResult, type Ledger } from '../../client/index.ts';
import { cellText } from '../../protocol/values.ts';
import { readCsv } from '../support/csv.ts';
import { ended } from '../support/ended.ts';
import { createLedger, type TestLedger } from '../support/ledger.ts';
import { Person } from '../support/program.ts';
import { figure, isLong } from '../support/scale.ts';
import { administrator, type ServerProcess, spawnServer, type TestSettings, writeSettings } from '../support/server.ts';

let ledger: TestLedger;
let settings: TestSettings;
let server: ServerProcess;
let admin: Ledger;
let ada: Person;
let folder: string;

vi.setConfig({ testTimeout: 120_000, hookTimeout: 60_000 });

beforeAll(async () => {
  ledger = await createLedger();
  settings = await writeSettings(ledger);
  server = await spawnServer(settings);
  admin = connect(settings.address);
  await admin.login(administrator.name, administrator.password);
  ada = await Person.at(settings.address);
  await ada.done(['login', administrator.name, '--password-stdin'], [administrator.password]);
  folder = await mkdtemp(join(tmpdir(), 'rowcast-import-spec-'));
});
afterAll(async () => {
  await rm(folder, { recursive: true, force: true });
  await ada.remove();
  await admin.close();
  await server.kill();
  await settings.remove();
  await ledger.drop();
});

async function file(name: string, content: string): Promise<string> {
  const path = join(folder, name);
  await writeFile(path, content);
  return path;
}

const tables = async (): Promise<string[]> => (await admin.tables()).tables.map(({ definition }) => definition.name);
const count = async (table: string): Promise<number> =>
  Number((await ledger.query<{ count: string }>(`SELECT count(*) FROM ${table}`))[0]?.count);

const launcher = fileURLToPath(new URL('../../bin/rowcast.js', import.meta.url));

/** Rows enough for several parts. */
const manyRows = (rows: number): string =>
  `id,name\n${Array.from({ length: rows }, (_, id) => `${id},Person number ${id}`).join('\n')}\n`;

describe('rowcast import', () => {
  test('shows the file, the types and the first changes, and does it with --yes', async () => {
    const path = await file('staff list.csv', 'id;name;born\r\nE1;Ada;1815-12-10\r\nE2;"Bob; jr.";\r\n');
    const shown = await ada.run(['import', path, '--dry-run']);
    expect(shown.out).toContain('staff list.csv  2 rows, CSV with semicolons, UTF-8');
    expect(shown.out).toMatch(/^id +text, key +2 +E1 {2}E2$/m);
    expect(shown.out).toMatch(/^born +date +1 +1815-12-10$/m);
    expect(shown.out).toContain('new table staff_list, key id: 2 to insert');
    expect(shown.out).toContain('+ E2  name Bob; jr.');
    expect(shown.out).toContain('dry run: nothing was written');
    expect(await tables()).not.toContain('staff_list');
    expect(await ada.run(['import', path])).toMatchObject({ exit: 2, err: expect.stringContaining('add --yes') });
    expect((await ada.run(['import', path, '--yes', '--why', 'all of them'])).out).toContain(
      'imported staff list.csv into staff_list: 3 changes in one set',
    );
    const again = await ada.run(['import', path, '--yes']);
    expect(again.out).toContain('it is so already; nothing was recorded');
  });

  test('says how it is taken back, whole: by the terminal, and by its command in code', async () => {
    const path = await file('undone.csv', 'id,n\na,1\nb,2\nc,3\n');
    await ada.run(['import', path, '--yes']);
    const more = await file('more.csv', 'id,n\na,9\nd,4\n');
    const words = ['import', more, 'undone', '--mode', 'mirror', '--yes'];
    const { out, err } = await ada.run(words);
    const [, first, last] = /imported more.csv into undone: 4 changes in one set \(#(\d+) to #(\d+)\)/.exec(out) ?? [];
    expect(Number(last) - Number(first)).toBe(3);
    expect(err).toContain(`take it back: npx rowcast revert ${first}..${last}\n`);
    const one = await ada.run(['revert', String(last)]);
    expect(one.err).toContain(
      `#${last} is one of 4 changes that were made together; take all of them back: npx rowcast revert ${first}..${last}`,
    );
    expect((await ada.run(['revert', `${first}..${last}`])).exit).toBe(0);
    const states = async (): Promise<unknown[]> => {
      const rows = [];
      for await (const { row } of admin.rows('undone')) rows.push(row);
      return rows;
    };
    const before = [
      { id: 'a', n: 1 },
      { id: 'b', n: 2 },
      { id: 'c', n: 3 },
    ];
    expect(await states()).toEqual(before);
    const [told] = await ada.lines<ImportResult>(words);
    await admin.revert({ command: told?.command ?? '' });
    expect(await states()).toEqual(before);
    const alone = await ada.run(['import', await file('alone.csv', 'id,n\ne,5\n'), 'undone', '--yes']);
    const [, seq] = /imported alone.csv into undone: 1 change \(#(\d+)\)/.exec(alone.out) ?? [];
    expect(alone.err).toContain(`take it back: npx rowcast revert ${seq}\n`);
    expect((await ada.run(['revert', String(seq)])).err).not.toContain('made together');
  });

  test('standard input, and JSON for programs', async () => {
    const words = ['import', '-', 'staff_list', '--mode', 'mirror', '--yes'];
    const [told] = await ada.lines<ImportPreview>(words, ['id,name,born', 'E2,Bob,', 'E3,Eve,']);
    expect(told).toMatchObject({
      mode: 'mirror',
      counts: { inserts: 1, updates: 1, deletes: 1, unchanged: 0 },
      samples: { updates: [{ line: 2, key: 'E2', was: { name: 'Bob; jr.' }, row: { name: 'Bob' } }] },
      changed: true,
      changes: 3,
    });
  });

  test('a pipe that was cut off at the end of a line is refused by the number of its rows, before a mirror deletes the rest', async () => {
    const { seq } = await admin.status();
    const words = ['import', '-', 'staff_list', '--mode', 'mirror', '--expect-rows', '2', '--yes'];
    expect(await ada.refusal(words, ['id,name,born', 'E2,Bob,'])).toMatchObject({
      code: 'invalid',
      exit: 1,
      message: 'the file has 1 row, and 2 are expected; nothing was written',
      next: expect.stringContaining('cut off'),
    });
    expect((await admin.status()).seq).toBe(seq);
    expect((await ada.run(words, ['id,name,born', 'E2,Bob,', 'E3,Eve,'])).exit).toBe(0);
  });

  test('every bad row, by line, column and reason; nothing is written', async () => {
    const path = await file('bad.csv', 'id,born\nE1,yesterday\nE2,2026-01-31,x\nE2,\nE2,\n');
    const words = ['import', path, '--type', 'born=date', '--key', 'id', '--yes'];
    const { exit, out, err } = await ada.run(words);
    expect([exit, out]).toEqual([1, '']);
    expect(err).toContain('✗ bad.csv cannot be imported as it is; nothing was written');
    expect(err).toMatch(/line 2, born: "yesterday" is not a date/);
    expect(err).toContain('line 3: has 3 fields where there are 2 columns');
    expect(err).toContain('line 5, id: the key "E2" stands on line 4 already');
    expect(err).toContain('→ mend these lines');
    const refused = await ada.refusal(words);
    expect(refused).toMatchObject({
      code: 'invalid',
      problems: [{ line: 2, column: 'born' }, { line: 3 }, { line: 5 }],
    });
    expect(await tables()).not.toContain('bad');
  });

  test.each([
    [['import', 'nowhere.csv', 't'], { code: 'file', exit: 1 }],
    [['import', '.', 't'], { code: 'file', exit: 1, message: '.: it is a folder' }],
    [['import', '-'], { code: 'usage', exit: 2 }],
    [['import', '-', 't', '--type', 'a=txt'], { code: 'usage', exit: 2 }],
    [['import', '-', 't', '--key', 'none'], { code: 'usage', exit: 2 }],
    [['import', '-', 't', '--delimiter', 'ab'], { code: 'usage', exit: 2 }],
    [['import', '-', 'staff_list'], { code: 'conflict', exit: 4 }],
  ])('%j is refused', async (words, told) => {
    expect(await ada.refusal(words, ['a,b', '1,2'])).toMatchObject(told);
  });
});

/** The program in a process of its own, at the end of a line of the shell that has its words as `"$@"`. */
function shell(line: string, words: readonly string[], env: Readonly<Record<string, string>> = {}) {
  return spawn('sh', ['-c', line, 'sh', process.execPath, launcher, ...words], {
    env: { ...process.env, ...ada.env, ROWCAST_TOKEN: admin.token, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
}

/** Nothing of a table is there, nothing lies ready for it, and nothing was recorded since. */
async function expectNothing(table: string, head: number): Promise<void> {
  expect(await tables()).not.toContain(table);
  expect(await count('staged_part')).toBe(0);
  expect((await admin.status()).seq).toBe(head);
}

describe('P6 the temporary files of an import', () => {
  test('are larger than a file may be', async () => {
    const { seq } = await admin.status();
    const path = await file('limited.csv', manyRows(20_000));
    // 64 or 128 KiB, as the shell counts.
    const words = ['import', path, 'none', '--yes', '--json'];
    const { exit, err } = await ended(shell('ulimit -f 128; exec "$@"', words));
    const message = 'the temporary file: it would be larger than a file may be here';
    expect(JSON.parse(err)).toMatchObject({ error: { code: 'file', exit: 1, message } });
    expect(exit).toBe(1);
    await expectNothing('none', seq);
  });

  test('are larger than the disk', async ({ skip }) => {
    const { seq } = await admin.status();
    const small = await mkdtemp(join(folder, 'small-'));
    const mounted = spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=64k', 'tmpfs', small]).status === 0;
    skip(!mounted, 'a small disk can only be made by root, and not everywhere');
    try {
      const path = await file('large.csv', manyRows(3_000));
      const message = 'the temporary file: the disk is full';
      const words = ['import', path, 'none', '--yes', '--json'];
      const { err } = await ended(shell('exec "$@"', words, { TMPDIR: small }));
      expect(JSON.parse(err)).toMatchObject({ error: { code: 'file', exit: 1, message } });
    } finally {
      spawnSync('umount', [small]);
    }
    await expectNothing('none', seq);
  });
});

describe('P6 what ends in the middle', () => {
  test('a file that is cut off', async () => {
    const run = await ada.run(['import', '-', 'cut', '--format', 'json', '--yes'], ['[{"id": 1},', '{"id": 2']);
    expect(run).toMatchObject({ exit: 1, err: expect.stringContaining('cut off') });
    expect(await tables()).not.toContain('cut');
  });

  test('Ctrl-C while rows are sent: nothing of it', async () => {
    const { seq } = await admin.status();
    const path = await file('sent.csv', manyRows(60_000));
    const child = shell('exec "$@"', ['import', path, '--yes']);
    const end = ended(child);
    while ((await count('staged_part')) < 2);
    child.kill('SIGINT');
    expect(await end).toMatchObject({ exit: 130, err: expect.stringContaining('nothing was written') });
    await expectNothing('sent', seq);
  });

  test('a broken pipe while rows are sent: nobody hears of it, and it is done whole', async () => {
    const path = await file('unheard.csv', manyRows(20_000));
    const child = shell('exec "$@"', ['import', path, '--yes']);
    while ((await count('staged_part')) < 2);
    child.stdout.destroy();
    child.stderr.destroy();
    expect(await once(child, 'exit')).toEqual([0, null]);
    const { tables: all } = await admin.tables();
    expect(all.find(({ definition }) => definition.name === 'unheard')).toMatchObject({ rows: 20_000 });
    expect(await count('staged_part')).toBe(0);
  });

  test.runIf(process.platform === 'linux')('no room for what is said: that is told, and it is done', async () => {
    const path = await file('unprinted.csv', manyRows(10));
    const { exit, err } = await ended(shell('exec "$@" > /dev/full', ['import', path, '--yes']));
    expect([exit, err]).toEqual([0, expect.stringContaining('✗ standard output: the disk is full')]);
    expect(await tables()).toContain('unprinted');
  });

  test('Ctrl-C between the preview and the sending: nothing of it', async () => {
    const path = await file('previewed.csv', manyRows(3));
    const run = ada.run(['import', path, '--yes']);
    // Of the run, which is in this process: its first lines are the preview.
    const { stdout } = process;
    const write = stdout.write.bind(stdout);
    stdout.write = (shown: string | Uint8Array): boolean => {
      process.emit('SIGINT');
      stdout.write = write;
      return write(shown);
    };
    expect(await run).toMatchObject({ exit: 130, err: expect.stringContaining('nothing was written') });
    expect(await tables()).not.toContain('previewed');
  });

  test('Ctrl-C while it is recorded: all of it', async () => {
    const path = await file('recorded.csv', manyRows(20_000));
    const run = ada.run(['import', path, '--yes']);
    const seen = `SELECT 1 FROM pg_stat_activity WHERE datname = current_database() AND application_name = 'rowcast'
      AND xact_start IS NOT NULL AND query LIKE '%INSERT INTO change%' AND state <> 'idle'`;
    while ((await ledger.query(seen)).length === 0);
    process.emit('SIGINT');
    expect(await run).toMatchObject({ exit: 0, err: expect.stringContaining('cannot be stopped any more') });
    const { tables: all } = await admin.tables();
    expect(all.find(({ definition }) => definition.name === 'recorded')).toMatchObject({ rows: 20_000 });
  });

  test('a broken pipe: nobody reads what is said, and it is done all the same', async () => {
    const path = await file('piped.csv', manyRows(10));
    const child = shell('exec "$@"', ['import', path, '--yes']);
    child.stdout.destroy();
    expect(await once(child, 'exit')).toEqual([0, null]);
    expect(await tables()).toContain('piped');
  });
});

const data = new URL('../../node_modules/vega-datasets/data/', import.meta.url);

describe('vega-datasets', () => {
  /** Imports a file twice, and tells what it came to and what it took. */
  async function importTwice(name: string, table: string): Promise<ImportPreview> {
    const source = (): AsyncIterable<Uint8Array> => createReadStream(new URL(name, data));
    const began = performance.now();
    await using plan = await admin.import(source(), { name, table });
    const prepared = performance.now();
    await plan.commit();
    const done = performance.now();
    await using again = await admin.import(source(), { name, table });
    expect(await again.commit()).toEqual({ changed: false, changes: 0 });
    const seconds = (from: number, to: number): string => ((to - from) / 1_000).toFixed(1);
    const { counters } = await admin.status();
    figure(
      `import ${name}: ${plan.preview.file.rows} rows, preview ${seconds(began, prepared)} s, ` +
        `commit ${seconds(prepared, done)} s, again ${seconds(done, performance.now())} s; ` +
        `the server's memory ${Math.round((counters.memoryBytes ?? 0) / 1_048_576)} MiB`,
    );
    return plan.preview;
  }

  /** How often each comes: rows without a key come back in another order. */
  function counted(rows: readonly string[]): Map<string, number> {
    const counts = new Map<string, number>();
    for (const row of rows) counts.set(row, (counts.get(row) ?? 0) + 1);
    return counts;
  }

  const typesOf = ({ definition }: ImportPreview): string => definition.columns.map(({ type }) => type).join(' ');

  test.each<readonly [name: string, rows: number, key: string | undefined, types: string]>([
    ['airports.csv', 3_376, 'iata', 'text text text text text number number'],
    [
      'birdstrikes.csv',
      10_000,
      undefined,
      'text text text date text text text text text text integer integer integer integer',
    ],
    ['zipcodes.csv', 42_049, 'zip_code', 'text number number text text text'],
  ])('%s comes back as it is written', async (name, rows, key, types) => {
    const table = name.replace('.csv', '');
    const preview = await importTwice(name, table);
    expect([preview.counts.inserts, preview.key, typesOf(preview)]).toEqual([rows, key, types]);
    const lines = readFileSync(new URL(name, data), 'utf8').replaceAll('\r\n', '\n').trimEnd();
    const [header = [], ...records] = readCsv(`${lines}\n`);
    const expected = records.map((record) => JSON.stringify(record));
    const found: string[] = [];
    for await (const { row } of admin.rows(table)) {
      // A cell that is empty is another one than that of an empty text.
      const cells = header.map((column) => row[column ?? ''] ?? null);
      found.push(JSON.stringify(cells.map((cell) => (cell === null ? null : cellText(cell)))));
    }
    expect(counted(found)).toEqual(counted(expected));
  });

  test.runIf(isLong)('flights-200k.json comes back as it is written', async () => {
    const preview = await importTwice('flights-200k.json', 'flights');
    expect([preview.counts.inserts, preview.key, typesOf(preview)]).toEqual([
      200_000,
      undefined,
      'integer integer number',
    ]);
    const expected = JSON.parse(readFileSync(new URL('flights-200k.json', data), 'utf8')) as object[];
    const found: string[] = [];
    for await (const { row } of admin.rows('flights')) found.push(JSON.stringify(row));
    expect(counted(found)).toEqual(counted(expected.map((row) => JSON.stringify(row))));
  });
});
