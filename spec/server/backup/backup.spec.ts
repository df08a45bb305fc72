import { generateKeyPairSync } from 'node:crypto';
import { mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync, gzipSync } from 'node:zlib';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { CheckpointSigner, originOf } from '../../../proof/checkpoint.ts';
import { copiedTables, DamagedError } from '../../../server/backup/format.ts';
import { readBackup } from '../../../server/backup/read-backup.ts';
import { type Restored, restore } from '../../../server/backup/restore.ts';
import { verifyBackup } from '../../../server/backup/verify-backup.ts';
import { type WrittenBackup, writeBackup } from '../../../server/backup/write-backup.ts';
import { snapshot } from '../../../server/database/snapshot.ts';
import { Doorbell } from '../../../server/log/doorbell.ts';
import { entryPages } from '../../../server/log/entry-pages.ts';
import { readTailStart } from '../../../server/log/read.ts';
import { writeNewFile } from '../../../server/new-file.ts';
import { verifyDatabase } from '../../../server/verification/verify-database.ts';
import { createLedger, silentLog, type TestLedger } from '../../support/ledger.ts';
import { fillWithEverything, revertSealed } from '../everything.ts';
import { createStack, type Stack } from '../stack.ts';

const { privateKey } = generateKeyPairSync('ed25519');
const quiet = { signal: new AbortController().signal, onProgress: () => undefined };

let folder: string;
let ledger: TestLedger;
/** Into which only what cannot be restored is restored. */
let empty: TestLedger;
let stack: Stack;
let file: string;
let written: WrittenBackup;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'rowcast-backup-'));
  [ledger, empty] = await Promise.all([createLedger(), createLedger()]);
  stack = createStack(ledger);
  await fillWithEverything(stack);
  file = join(folder, 'all.rowcast');
  written = await backup(ledger, file);
});
afterAll(async () => {
  await stack.stop();
  await Promise.all([ledger.drop(), empty.drop()]);
  await rm(folder, { recursive: true, force: true });
});

async function backup(from: TestLedger, path: string, signal = quiet.signal): Promise<WrittenBackup> {
  const database = from.open(1);
  const { epoch, seq, frontier } = await readTailStart(database);
  const signed = { origin: originOf(epoch), size: seq, root: frontier.root };
  const signer = new CheckpointSigner(privateKey, signed.origin);
  return await writeNewFile(path, { replace: false }, (handle) =>
    snapshot(database, (executor) => writeBackup({ ...quiet, executor, file: handle, signer, signed, signal })),
  );
}

/** Builds another ledger from a backup, and drops it when the work is done. */
async function restored<Result>(
  path: string,
  to: number | undefined,
  work: (there: { readonly ledger: TestLedger; readonly restored: Restored }) => Promise<Result>,
): Promise<Result> {
  const target = await createLedger();
  try {
    const done = await restoreInto(target, path, to);
    return await work({ ledger: target, restored: done });
  } finally {
    await target.drop();
  }
}

async function restoreInto(
  target: TestLedger,
  path: string,
  to?: number,
  onProgress: (seq: number) => void = quiet.onProgress,
): Promise<Restored> {
  const reading = await readBackup(path, quiet.signal);
  if (reading === undefined) expect.fail('it is no backup');
  const doorbell = new Doorbell({ schema: 'rowcast', connection: target.server, log: silentLog });
  return await restore({ ...quiet, onProgress, database: target.open(1), doorbell, reading, to });
}

async function verified(there: TestLedger): Promise<boolean> {
  const report = await snapshot(there.open(1), (executor) =>
    verifyDatabase({ executor, signed: { none: 'none' }, ...quiet }),
  );
  expect(report.parts.filter(({ state }) => state !== 'good')).toMatchObject([{ part: 'checkpoint' }]);
  return report.verified;
}

/** The content of every table that a ledger consists of, but for sessions; of the head without its epoch. */
async function contents(there: TestLedger): Promise<Record<string, unknown>> {
  const tables = ['change', 'tile', 'table_projection', 'row_projection', 'unique_projection', 'sealed_cell'];
  const rows: Record<string, unknown> = {};
  for (const table of [...tables, ...copiedTables]) {
    rows[table] = await there.query(`SELECT * FROM ${table} ORDER BY ${table}::text`);
  }
  rows.head = await there.query('SELECT seq, at, schema_seq, peaks FROM head');
  rows.staff = await there.query('SELECT * FROM rowcast_tables.staff ORDER BY _key');
  return rows;
}

test('P10 P11 a backup restored elsewhere is the same ledger in every table, under a new epoch', async () => {
  await restored(file, undefined, async ({ ledger: there, restored: { epoch, seq, header } }) => {
    expect([seq, header.seq, header.epoch === epoch]).toEqual([308, 308, false]);
    const [source, copy] = [await contents(ledger), await contents(there)];
    const told = (copy.audit as unknown[]).splice(2);
    expect(copy).toEqual(source);
    expect(told).toMatchObject([{ what: 'restored', details: { backup: `308@${header.epoch}`, to: 308 } }]);
    expect(await verified(there)).toBe(true);
    await expect(restoreInto(there, file)).rejects.toThrow('there is a ledger in this database already');
  });
});

test('P2 P3 a restored ledger goes on: numbers, answers, unique and sealed values', async () => {
  await restored(file, undefined, async ({ ledger: there }) => {
    const on = createStack(there);
    const row = { id: 900, mail: 'm900@x', pay: '1', ssn: 's900' };
    const { salary, ...plain } = { ...row, salary: row.pay };
    const good = {
      type: 'row.insert',
      table: 'staff',
      row: { id: plain.id, mail: plain.mail, ssn: plain.ssn, salary },
    } as const;
    expect(await on.refused({ ...good, row: { ...good.row, ssn: 's5' } })).toMatchObject({ code: 'invalid' });
    expect(await on.done(good, 'once')).toMatchObject({ seq: 309 });
    expect(await on.done(good, 'once')).toMatchObject({ seq: 309 });
    const [{ commitment = '' } = {}] = await there.query<{ commitment: string }>(
      `SELECT commitment FROM sealed_cell WHERE key = '8' AND value = '"2000"'`,
    );
    expect(await on.ask({ type: 'sealed.open', commitments: [commitment] })).toMatchObject({
      cells: { [commitment]: { value: '"2000"' } },
    });
    await on.stop();
    expect(await verified(there)).toBe(true);
  });
});

test('P10 a ledger in which reverts have put sealed cells back is restored as it was, also in one page', async () => {
  const source = await createLedger();
  const there = createStack(source);
  await revertSealed(there);
  const path = join(folder, 'reverted.rowcast');
  await backup(source, path);
  await restored(path, undefined, async ({ ledger: copy }) => {
    const [before, after] = [await contents(source), await contents(copy)];
    expect(after).toEqual({ ...before, audit: after.audit });
    expect(await verified(copy)).toBe(true);
  });
  await there.stop();
  await source.drop();
});

test('long entries and long sealed values are read, packed and restored a few at a time', {
  timeout: 60_000,
}, async () => {
  const source = await createLedger();
  const there = createStack(source);
  const columns = [
    { name: 'open', type: 'text' },
    { name: 'shut', type: 'text', sealed: true },
  ] as const;
  await there.done({ type: 'table.create', name: 'staff', columns: [...columns] });
  const long = 'x'.repeat(1_000_000);
  for (let key = 0; key < 12; key += 1) {
    await there.done({ type: 'row.insert', table: 'staff', key: `${key}`, row: { open: long, shut: long } });
  }
  const pages: number[] = [];
  for await (const page of entryPages(there.reading, 13)) pages.push(page.length);
  expect(pages).toEqual([10, 3]);
  const path = join(folder, 'long.rowcast');
  const told: number[] = [];
  await backup(source, path);
  const target = await createLedger();
  await restoreInto(target, path, undefined, (seq) => told.push(seq));
  // Five entries with their values at a time, as both are a million long.
  expect(told).toEqual([1, 6, 11]);
  const whole = 'SELECT sha256(string_agg(entry, chr(10) ORDER BY seq)::bytea) AS hash FROM change';
  expect(await target.query(whole)).toEqual(await source.query(whole));
  await there.stop();
  await Promise.all([source.drop(), target.drop()]);
});

test.each([
  [4, 1, 0],
  [104, 1, 100],
  [305, 1, 300],
  [307, 1, 299],
])('up to %d: %d tables and %d rows, as they were', async (to, tables, rows) => {
  await restored(file, to, async ({ ledger: there, restored: done }) => {
    expect(done).toMatchObject({ seq: to, tables, rows });
    expect(await verified(there)).toBe(true);
    const [{ count } = { count: '0' }] = await there.query<{ count: string }>('SELECT count(*) FROM tag');
    expect(count).toBe('0');
    const page = { type: 'row.list', table: 'staff', limit: 1000 } as const;
    const on = createStack(there);
    // Columns with their names of then, and every row.
    expect(await on.ask(page)).toMatchObject({ definition: definitionAt(to) });
    expect(await on.lines(page)).toEqual(await stack.lines({ ...page, asOf: { seq: to } }));
    await on.stop();
  });
});

function definitionAt(to: number): object {
  return { columns: expect.arrayContaining([expect.objectContaining({ name: to < 305 ? 'pay' : 'salary' })]) };
}

test('what was erased behind the point stays erased, and is told', async () => {
  await restored(file, 307, async ({ ledger: there, restored: done }) => {
    expect(done.unkept).toBe(2);
    const gone = await there.query(`SELECT value FROM sealed_cell WHERE key = '9'`);
    expect(gone).toEqual([]);
  });
});

test('P6 a command is not split', async () => {
  await expect(restoreInto(empty, file, 150)).rejects.toThrow(
    'change 150 is in the middle of a command, #105 to #204, which is never split: write --to 204 or 104',
  );
  await expect(restoreInto(empty, file, 999)).rejects.toThrow('the backup ends at 308, before 999');
});

test('P10 a backup verifies itself, packed and unpacked', async () => {
  const plain = join(folder, 'plain.ndjson');
  const text = gunzipSync(await readFile(file));
  await writeFile(plain, text);
  for (const path of [file, plain]) {
    expect(await verifyBackup(path, quiet)).toMatchObject({
      header: { seq: 308, root: written.header.root, verifier: expect.stringContaining('rowcast/') },
      counts: { entries: 308, sealed: 599, tag: 1, account: 1 },
    });
  }
  await writeFile(join(folder, 'other'), '{"rowcast":"export"}\n');
  expect(await verifyBackup(join(folder, 'other'), quiet)).toBeUndefined();
  expect((await stat(file)).mode & 0o777).toBe(0o600);
});

test.each<[what: string, damage: (lines: string[]) => unknown, error: RegExp]>([
  ['an entry that is changed', (lines) => edit(lines, 'm50@x', 'n50@x'), /its entries|its bytes/],
  [
    'an entry that is missing',
    (lines) =>
      lines.splice(
        lines.findIndex((line) => line.startsWith('{"seq":100,')),
        1,
      ),
    /is missing|not its own/,
  ],
  ['a value that is changed', (lines) => edit(lines, '\\"2000\\"', '\\"3000\\"'), /not the one that was committed to/],
  ['an account that is changed', (lines) => edit(lines, '"role":"administrator"', '"role":"viewer"'), /its bytes/],
  ['a root of another', (lines) => edit(lines, '"root":"', '"root":"x'), /what is signed is not what its header says/],
  ['an entry that is none', (lines) => edit(lines, '"op":"insert"', '"op":"invent"'), /stands what is no entry/],
  ['an entry without a row', (lines) => edit(lines, ',"row":{', ',"row":null,"rows":{'), /stands what is no entry/],
  [
    'values without end',
    (lines) => lines.splice(2, 0, ...Array.from({ length: 1_001 }, () => `["sealed","x","${'0'.repeat(64)}","1"]`)),
    /more than 1000 values stand ahead of entry/,
  ],
  ['a row that is none', (lines) => lines.splice(-2, 0, '["command"]'), /a row of command in it is damaged/],
  ['an end that is missing', (lines) => lines.splice(-2, 1), /it was cut off/],
])('P10 %s is found, and nothing is restored', async (_what, damage, error) => {
  const lines = gunzipSync(await readFile(file))
    .toString()
    .split('\n');
  damage(lines);
  const path = join(folder, 'damaged');
  await writeFile(path, gzipSync(lines.join('\n')));
  await expect(verifyBackup(path, quiet)).rejects.toThrow(error);
  await expect(restoreInto(empty, path)).rejects.toThrow(error);
  const left = await empty.query('SELECT (SELECT count(*) FROM change) + (SELECT count(*) FROM account) AS left');
  expect(left).toEqual([{ left: '0' }]);
});

function edit(lines: string[], before: string, after: string): void {
  const at = lines.findLastIndex((line) => line.includes(before));
  lines[at] = (lines[at] ?? '').replace(before, after);
}

test('P10 a packed file that was cut off is found', async () => {
  const bytes = await readFile(file);
  const path = join(folder, 'cut');
  await writeFile(path, bytes.subarray(0, bytes.length / 2));
  await expect(verifyBackup(path, quiet)).rejects.toThrow('it cannot be read to its end');
});

test('P10 a last line that is no text is found', async () => {
  const path = join(folder, 'no-text');
  const text = gunzipSync(await readFile(file));
  await writeFile(path, Buffer.concat([text.subarray(0, text.indexOf(10) + 1), Buffer.of(0xff, 0xfe)]));
  await expect(verifyBackup(path, quiet)).rejects.toThrow(DamagedError);
});

test('P10 an answer that is none is found', async () => {
  const lines = gunzipSync(await readFile(file))
    .toString()
    .split('\n');
  lines.splice(-2, 0, '["command",{"id":"x","answer":"none"}]');
  const path = join(folder, 'no-answer');
  await writeFile(path, lines.join('\n'));
  await expect(restoreInto(empty, path)).rejects.toThrow(DamagedError);
});

test('a backup that is interrupted, or that cannot be written, leaves nothing under its name', async () => {
  const other = join(folder, 'interrupted');
  await expect(backup(ledger, join(other, 'none'))).rejects.toMatchObject({ code: 'ENOENT' });
  const aborted = AbortSignal.abort();
  await expect(backup(ledger, other, aborted)).rejects.toThrow(/abort/i);
  await expect(backup(ledger, file)).rejects.toThrow('is there already');
  expect((await readdir(folder)).filter((name) => name.startsWith('.') || name === 'interrupted')).toEqual([]);
});

test('a file system without hard links gets the file as well, and none is replaced', async () => {
  const path = join(folder, 'unlinked');
  const write = (text: string): Promise<void> =>
    writeNewFile(
      path,
      {
        replace: false,
        giveName: () => Promise.reject(Object.assign(new Error('operation not permitted'), { code: 'EPERM' })),
      },
      (handle) => handle.writeFile(text),
    );
  await write('whole');
  await expect(write('other')).rejects.toThrow('is there already');
  expect(await readFile(path, 'utf8')).toBe('whole');
  expect((await readdir(folder)).filter((name) => name.startsWith('.'))).toEqual([]);
});

test('P10 a log that was tampered with is not backed up', async () => {
  const there = await createLedger();
  await restoreInto(there, file);
  const tamper = (statement: string): Promise<unknown> =>
    there.query(`SET session_replication_role = replica; ${statement}; RESET session_replication_role`);
  await tamper(`UPDATE change SET entry = replace(entry, 'left', 'fled') WHERE seq = 306`);
  await expect(backup(there, join(folder, 'never'))).rejects.toThrow(
    'its first 308 entries are others than those that the server has signed',
  );
  await tamper('DELETE FROM change WHERE seq = 306');
  await expect(backup(there, join(folder, 'never'))).rejects.toThrow('entry 306 is missing');
  await there.drop();
});

test('P6 P8 a backup is of one moment while others write', async () => {
  const path = join(folder, 'busy.rowcast');
  let writing = true;
  const writer = (async () => {
    for (let at = 0; writing; at += 1) {
      const commands = [1, 2].map(
        (part) =>
          ({
            type: 'row.upsert',
            table: 'staff',
            key: `${1000 + part}`,
            row: { id: 1000 + part, mail: `w${at}-${part}@x` },
          }) as const,
      );
      await stack.done({ type: 'batch', commands });
    }
  })();
  await new Promise((resolve) => setImmediate(resolve));
  const { header } = await backup(ledger, path);
  writing = false;
  await writer;
  await restored(path, undefined, async ({ ledger: there, restored: done }) => {
    expect(done.seq).toBe(header.seq);
    expect(await verified(there)).toBe(true);
    expect(await there.query(`SELECT count(*) FROM change WHERE group_last > ${done.seq}`)).toEqual([{ count: '0' }]);
  });
});
