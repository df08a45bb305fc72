import { createHash, randomBytes, randomInt } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { Subscriber } from 'zeromq';
import {
  connect,
  type Ledger,
  parseAddress,
  patchLines,
  type Replica,
  RowcastError,
  type WatchEvent,
} from '../../client/index.ts';
import { openCheckpoint, parseVerifierKey } from '../../proof/checkpoint.ts';
import { Frontier } from '../../proof/frontier.ts';
import { fromBase64, leafHash } from '../../proof/hash.ts';
import { verifyConsistency, verifyInclusion } from '../../proof/verify.ts';
import type { Filter } from '../../protocol/filter.ts';
import { commitmentIn } from '../../protocol/sealed.ts';
import { curveOptions } from '../support/curve.ts';
import { gather } from '../support/gather.ts';
import { createLedger, type TestLedger } from '../support/ledger.ts';
import { rankScore } from '../support/rank-test.ts';
import { administrator, startTestServer, type TestServer } from '../support/server.ts';

let ledger: TestLedger;
let server: TestServer;
let admin: Ledger;
let viewer: Ledger;
/** With an account, logged in: the same must hold for them. */
let reader: Ledger;
/** Every value that was ever sealed here: random, so that finding one is no accident. */
const markers: string[] = [];

beforeAll(async () => {
  ledger = await createLedger();
  server = await startTestServer(ledger);
  admin = connect(server.address);
  viewer = connect(server.address);
  await admin.login(administrator.name, administrator.password);
  reader = connect(server.address);
  await admin.accounts.add({ user: 'vera', role: 'viewer', password: 'battery staple horse' });
  await reader.login('vera', 'battery staple horse');
  await admin.createTable({
    name: 'people',
    key: 'id',
    columns: [
      { name: 'id', type: 'text' },
      { name: 'name', type: 'text' },
      { name: 'ssn', type: 'text', sealed: true, unique: true, max: 100 },
      { name: 'salary', type: 'decimal', sealed: true, min: '0' },
      { name: 'notes', type: 'json', sealed: true },
    ],
  });
});
afterAll(async () => {
  await Promise.all([admin.close(), viewer.close(), reader.close()]);
  await server.stop();
  await ledger.drop();
});

/** Values that stand nowhere else in the world. */
function secrets(): { ssn: string; salary: string; notes: { said: string } } {
  const ssn = randomBytes(12).toString('hex');
  const salary = `${randomInt(2 ** 47)}${randomInt(2 ** 40)}.5`;
  const said = randomBytes(12).toString('base64url');
  markers.push(ssn, salary, said);
  return { ssn, salary, notes: { said } };
}

function found(text: string): string[] {
  return markers.filter((marker) => text.includes(marker));
}

/** What an attempt brings, error texts included. */
async function attempt(work: () => Promise<unknown>): Promise<string> {
  try {
    return JSON.stringify((await work()) ?? null);
  } catch (error) {
    if (!(error instanceof RowcastError)) throw error;
    return JSON.stringify({ code: error.code, message: error.message, body: error.body });
  }
}

/** All that the feed's socket delivers, byte for byte. */
class Wire {
  text = '';
  readonly #socket: Subscriber;
  #seen: () => void = () => undefined;

  constructor(address: string) {
    const at = parseAddress(address);
    this.#socket = new Subscriber({ linger: 0, receiveHighWaterMark: 0, ...curveOptions(at) });
    this.#socket.subscribe('');
    this.#socket.connect(`tcp://${at.host}:${at.feedPort}`);
    void this.#read();
  }

  async until(text: string): Promise<void> {
    while (!this.text.includes(text)) await new Promise<void>((resolve) => (this.#seen = resolve));
  }

  close(): void {
    this.#socket.close();
  }

  async #read(): Promise<void> {
    for await (const frames of this.#socket) {
      this.text += `${frames.map((frame) => frame.toString()).join('\n')}\n`;
      this.#seen();
    }
  }
}

const filterOf = (column: string, is: string, value: unknown): Filter => [{ column, is, value }] as unknown as Filter;

/** What somebody has been shown of the table while it was filled. */
interface Seen {
  readonly wire: Wire;
  readonly seen: readonly WatchEvent[];
  readonly replica: Replica;
  /** A value, for a cursor that pretends to know it. */
  readonly forged: string;
}

/** Watches the table, and holds it. */
async function watchPeople(who: Ledger) {
  const seen: WatchEvent[] = [];
  const watch = who.watch({ table: 'people' });
  const watching = (async () => {
    for await (const event of watch) {
      seen.push(event);
      if (event.type === 'group' && event.why === 'the last') return;
    }
  })();
  const replica = who.replica('people');
  await replica.ready();
  return {
    ...{ who, seen, replica },
    reached: async (seq: number) => void (await Promise.all([watching, replica.reached(seq)])),
    close: async () => void (await Promise.all([watch.close(), replica.close()])),
  };
}

describe('P9 a sealed value is for administrators', () => {
  /** Whatever one can do with these rights to get at a value; each way answers with all that it brings. */
  function waysOf(who: Ledger, { wire, seen, replica, forged }: Seen): Record<string, () => Promise<string> | string> {
    const ask = (type: string, rest: object = {}): Promise<string> =>
      attempt(() => who.request({ type, ...rest } as never));
    const list = (rest: object): Promise<string> => ask('row.list', { table: 'people', ...rest });
    const operators = ['eq', 'ne', 'lt', 'le', 'gt', 'ge'];
    const commitments = [...wire.text.matchAll(/"sealed":"([\w-]{43})"/g)].map(([, text = '']) => text);
    return {
      'server.status': () => ask('server.status'),
      'table.list': () => ask('table.list'),
      'row.get': () => ask('row.get', { table: 'people', key: 'a' }),
      'row.list': () => list({}),
      'row.list page by page, cursors decoded': async () => {
        const { next } = await who.list('people', { limit: 1 });
        return Buffer.from(next ?? '', 'base64url').toString() + (await list({ limit: 1, after: next }));
      },
      'row.list with a forged cursor': () => list({ after: forgedCursor(forged), sort: [{ column: 'name' }] }),
      'row.list as of before, from the log': async () => {
        const { next } = await who.list('people', { limit: 1 });
        await admin.update('people', 'd', { salary: secrets().salary });
        return await list({ limit: 1, after: next });
      },
      'filter by value': async () => {
        const texts = await Promise.all(operators.map((is) => list({ filter: filterOf('ssn', is, 'x') })));
        return texts.join('\n') + (await list({ filter: filterOf('salary', 'in', ['1']) }));
      },
      'filter by emptiness, which is public': () => list({ filter: filterOf('ssn', 'ne', null) }),
      'sort by it': () => list({ sort: [{ column: 'salary' }] }),
      search: () => list({ search: 'a' }),
      'row.history': () => attempt(() => gather(who.history('people', 'a'))),
      'row.list and row.get as of before': async () =>
        (await ask('row.get', { table: 'people', key: 'c', asOf: { seq: 4 } })) + (await list({ asOf: { seq: 4 } })),
      'cell.history': () => attempt(() => gather(who.cellHistory('people', 'a', 'remarks'))),
      'cell.history that asks to open': () =>
        attempt(() => gather(who.cellHistory('people', 'a', 'ssn', { open: true }))),
      'row.blame': () => ask('row.blame', { table: 'people', keys: ['a'] }),
      'log.activity': () => ask('log.activity', { table: 'people' }),
      'log.diff, and a patch of it': async () =>
        (await ask('log.diff', { from: { seq: 0 } })) +
        (await gather(patchLines(await who.diff({ seq: 0 })))).join('\n'),
      'a diff that asks to open': () => attempt(async () => gather((await who.diff({ seq: 0 }, { open: true })).rows)),
      'exports of the table, as it was, and of the log': async () =>
        (
          await Promise.all([
            gather(who.exportTable('people', { format: 'csv' })),
            gather(who.exportTable('people', { format: 'json', asOf: { seq: 4 } })),
            gather(who.exportLog({ format: 'csv' })),
          ])
        ).join('\n'),
      'an export that asks to open': () =>
        attempt(() => gather(who.exportTable('people', { format: 'csv', open: true }))),
      'a revert, dry': () => attempt(() => who.revert({ seq: 4 }, { dryRun: true })),
      'log.read': () => attempt(() => gather(who.readLog())),
      'log.read with hashes': () => ask('log.read', { hashes: true }),
      'log.proof': () => ask('log.proof', { from: 1, seq: 2 }),
      'the feed, byte for byte': () => wire.text,
      'a watch': () => JSON.stringify(seen),
      'a replica': () => JSON.stringify([...replica.rows]),
      'a watch that asks to open': () => attempt(() => gather(who.watch({ table: 'people', open: true }))),
      'rows that ask to open': () => attempt(() => gather(who.rows('people', { open: true }))),
      'sealed.open': () => ask('sealed.open', { commitments }),
      'insert of a value that is held, to be told so': () =>
        ask('row.insert', { table: 'people', row: { id: 'x', ssn: 'any' } }),
      'update that expects another version': () =>
        ask('row.update', { table: 'people', key: 'a', row: {}, expect: { version: 99 } }),
      'row.erase': () => ask('row.erase', { table: 'people', key: 'a' }),
      'a request that cannot be read': () => ask('row.get', { table: 'people', key: 'a', sealed: true }),
      'the typed SQL view': async () => JSON.stringify(await ledger.query('SELECT * FROM rowcast_tables.people')),
      "an administrator's conflict, as it may be logged": () =>
        attempt(() => admin.update('people', 'a', { name: 'x' }, { expect: { version: 99 } })),
      "an administrator's refusal": () =>
        attempt(() => admin.insert('people', { id: 'x', ssn: 'y'.repeat(101), salary: '-1' })),
    };
  }

  test('neither nobody nor a viewer who is logged in gets one in any way: 0 values found', {
    timeout: 60_000,
  }, async () => {
    const wire = new Wire(server.address);
    await wire.until('welcome');
    const first = secrets();
    const second = secrets();
    const watched = await Promise.all([viewer, reader].map(watchPeople));
    await admin.insert('people', { id: 'a', name: 'Ada', ...first });
    await admin.insert('people', { id: 'b', name: 'Bob', ...second });
    await admin.upsert('people', { id: 'c', name: 'Cleo', ...secrets() });
    await admin.update('people', 'a', { salary: secrets().salary, notes: secrets().notes });
    await admin.update('people', 'b', { ssn: null });
    await admin.delete('people', 'c');
    await admin.alterTable('people', [{ do: 'rename', column: 'notes', to: 'remarks' }]);
    const { seq } = await admin.insert('people', { id: 'd', ...rename(secrets()) }, { why: 'the last' });
    await Promise.all([wire.until('the last'), ...watched.map((one) => one.reached(seq))]);

    expect([...wire.text.matchAll(/"sealed":"([\w-]{43})"/g)].length).toBeGreaterThan(15);

    const table: string[] = [];
    for (const { who, seen, replica } of watched) {
      for (const [way, tried] of Object.entries(waysOf(who, { wire, seen, replica, forged: first.ssn }))) {
        const text = await tried();
        expect(text.length, way).toBeGreaterThan(2);
        expect(found(text), way).toEqual([]);
        table.push(
          `${(who === viewer ? 'nobody' : 'viewer').padEnd(8)}${way.padEnd(52)} ${String(text.length).padStart(7)} characters, 0 values`,
        );
      }
    }
    console.log(`ways that were tried, against ${markers.length} values:\n${table.join('\n')}`);
    wire.close();
    await Promise.all(watched.map((one) => one.close()));
  });

  test('a viewer who is logged in is refused what only administrators may, and not for want of a login', async () => {
    const asked = [
      { type: 'sealed.open', commitments: [] },
      { type: 'row.insert', table: 'people', row: { id: 'x', ssn: 'any' } },
      { type: 'row.update', table: 'people', key: 'a', row: { name: 'x' } },
      { type: 'row.erase', table: 'people', key: 'a' },
    ];
    for (const request of asked) {
      expect(await attempt(() => reader.request(request as never)), request.type).toContain('"code":"forbidden"');
    }
  });

  test('filter, sort and search say the same of the right value and of a wrong one', async () => {
    const mine = { ssn: 'the very number' };
    markers.push(mine.ssn);
    await admin.insert('people', { id: 'probe', ...mine });
    const answers = async (value: string): Promise<string> => {
      const texts = [
        await attempt(() => viewer.list('people', { filter: filterOf('ssn', 'eq', value) })),
        await attempt(() => viewer.list('people', { filter: filterOf('ssn', 'in', [value]) })),
        await attempt(() => viewer.list('people', { search: value })),
      ];
      // The commitments are the same for both; only what was asked for could differ.
      return texts.join('\n').replaceAll(/"id":"[\w-]+"/g, '');
    };
    expect(await answers(mine.ssn)).toBe(await answers('a wrong number'));
  });

  test.each([
    ['search', (value: string) => viewer.list('people', { search: value })],
    ['filter', (value: string) => viewer.list('people', { filter: filterOf('ssn', 'eq', value) })],
    ['filter by one of several', (value: string) => viewer.list('people', { filter: filterOf('ssn', 'in', [value]) })],
  ])('how long a %s takes does not tell a value that is there from one that is not (rank test)', async (_, ask) => {
    const [right, wrong]: [number[], number[]] = [[], []];
    for (let n = 0; n < 400; n += 1) {
      const isRight = n % 2 === 0;
      const value = isRight ? 'the very number' : 'a wrong number!';
      const begun = performance.now();
      await attempt(() => ask(value));
      (isRight ? right : wrong).push(performance.now() - begun);
    }
    expect(Math.abs(rankScore(right, wrong))).toBeLessThan(4);
  });

  test('equal values do not look equal, and a commitment is not a hash that can be tried', async () => {
    await admin.insert('people', { id: 'same-1', salary: '1000.00' });
    await admin.insert('people', { id: 'same-2', salary: '1000.00' });
    const one = commitmentIn((await viewer.get('people', 'same-1')).row.salary);
    const two = commitmentIn((await viewer.get('people', 'same-2')).row.salary);
    expect(one).toMatch(/^[\w-]{43}$/);
    expect(one).not.toBe(two);
    const bodies = await ledger.query<{ body: Buffer }>('SELECT body FROM command');
    const tried = createHash('sha256')
      .update('["ada",{"row":{"id":"same-1","salary":"1000.00"},"table":"people","type":"row.insert"}]')
      .digest('hex');
    expect(bodies.map(({ body }) => body.toString('hex'))).not.toContain(tried);
  });

  test('administrators read it everywhere, and an update to the same value changes nothing', async () => {
    const mine = secrets();
    const row = { id: 'open', name: 'Olga', ...rename(mine) };
    const { seq } = await admin.insert('people', row);
    expect((await admin.get('people', 'open', { open: true })).row).toEqual(row);
    expect((await gather(admin.rows('people', { open: true }))).find(({ key }) => key === 'open')?.row).toEqual(row);
    expect((await admin.list('people', { open: true })).rows.find(({ key }) => key === 'open')?.row).toEqual(row);
    const [made] = await gather(admin.history('people', 'open', { open: true }));
    expect(made?.entry).toMatchObject({ op: 'insert', row });
    expect(found(made?.line ?? '')).toEqual([]);
    const replica = admin.replica('people', { open: true });
    await replica.reached(seq);
    expect(replica.rows.get('open')?.row).toEqual(row);
    const again = await admin.update('people', 'open', { salary: mine.salary });
    expect(again).toMatchObject({ changed: false, seq });
    const raised = secrets();
    const { seq: later } = await admin.update('people', 'open', { salary: raised.salary });
    await replica.reached(later);
    expect(replica.rows.get('open')?.row).toEqual({ ...row, salary: raised.salary });
    await replica.close();
  });

  test('P10 a value that is not the one that was sealed is found by who opens it', async () => {
    await admin.insert('people', { id: 'forged', salary: '1000.00' });
    const { row } = await viewer.get('people', 'forged');
    await ledger.query('UPDATE sealed_cell SET value = $1 WHERE commitment = $2', [
      '"9000.00"',
      commitmentIn(row.salary),
    ]);
    expect(await attempt(() => admin.get('people', 'forged', { open: true }))).toContain('"code":"tampered"');
    await admin.erase('people', 'forged');
  });

  test('the rules judge the real values', async () => {
    const held = secrets().ssn;
    await admin.insert('people', { id: 'first', ssn: held });
    const text = await attempt(() => admin.insert('people', { id: 'second', ssn: held, salary: '-1' }));
    expect(text).toContain('row first has this value');
    expect(text).toContain('below the least allowed');
    const open = await admin.get('people', 'first');
    const sent = await attempt(() => admin.update('people', 'first', { ssn: open.row.ssn ?? null }));
    expect(sent).toContain('send a value, not a commitment');
    await admin.delete('people', 'first');
    await admin.insert('people', { id: 'second', ssn: held });
  });
});

describe('what is erased is gone', () => {
  /** Tables of the ledger in which a text stands, in any column, as text or as bytes. */
  async function tablesWith(text: string): Promise<string[]> {
    const tables = await ledger.query<{ name: string }>(
      `SELECT table_schema || '.' || quote_ident(table_name) AS name FROM information_schema.tables
       WHERE table_schema IN ('rowcast', 'rowcast_tables')`,
    );
    const hex = Buffer.from(text).toString('hex');
    const holding: string[] = [];
    for (const { name } of tables) {
      const [row] = await ledger.query<{ count: string }>(
        `SELECT count(*) FROM ${name} AS one WHERE strpos(one::text, $1) > 0 OR strpos(one::text, $2) > 0`,
        [text, hex],
      );
      if (row?.count !== '0') holding.push(name);
    }
    return holding;
  }

  /** Reads the log, hashes every entry, and compares with the checkpoint that the server signs. */
  async function verifyLog(): Promise<{ size: number; root: string; leaves: string[] }> {
    const { epoch, seq } = await viewer.status();
    await waitForCheckpoint(seq);
    const { checkpoint = '', verifier, size } = await viewer.request({ type: 'log.proof' });
    const leaves = (await gather(viewer.readLog({ epoch, limit: size }))).map(({ line }) => leafHash(line));
    const frontier = new Frontier();
    for (const leaf of leaves) frontier.push(leaf);
    expect(openCheckpoint(checkpoint, parseVerifierKey(verifier))).toMatchObject({ size, root: frontier.root });
    return { size, root: frontier.root, leaves };
  }

  async function waitForCheckpoint(seq: number): Promise<void> {
    for (let size = -1; size < seq; ) ({ size } = await viewer.request({ type: 'log.proof' }));
  }

  test('from every table, in all lives of the row, and every proof still holds', { timeout: 60_000 }, async () => {
    const values = [secrets(), secrets(), secrets()].map(rename);
    await admin.insert('people', { id: 'gone', ...values[0] });
    await admin.update('people', 'gone', values[1] ?? {});
    await admin.delete('people', 'gone');
    await admin.insert('people', { id: 'gone', name: 'Gus', ...values[2] });
    const texts = values.flatMap(({ ssn, salary, remarks }) => [ssn, salary, remarks.said]);
    for (const text of texts) expect(await tablesWith(text)).toEqual(['rowcast.sealed_cell']);
    const before = await verifyLog();
    const shown = (await viewer.get('people', 'gone')).row;

    const { seq, version } = await admin.erase('people', 'gone', { why: 'asked for it' });
    expect(version).toBe(2);
    for (const text of texts) expect(await tablesWith(text)).toEqual([]);
    const [hashes] = await ledger.query<{ count: string }>(`SELECT count(*) FROM unique_projection WHERE key = 'gone'`);
    expect(hashes?.count).toBe('0');
    const row = await viewer.get('people', 'gone');
    expect(row).toMatchObject({ version: 2, seq, by: 'ada', row: shown });
    expect((await admin.get('people', 'gone', { open: true })).row).toEqual(shown);
    const [entry] = (await gather(viewer.history('people', 'gone'))).slice(-1);
    expect(entry?.entry).toMatchObject({
      op: 'erase',
      columns: ['remarks', 'salary', 'ssn'],
      was: {},
      row: shown,
      why: 'asked for it',
    });

    const admins = await Promise.all([
      gather(admin.rows('people', { asOf: { seq: seq - 1 }, open: true })),
      gather(admin.history('people', 'gone', { open: true })),
      gather(admin.cellHistory('people', 'gone', 'ssn', { open: true })),
      admin.diff({ seq: 0 }, { open: true }).then(({ rows }) => gather(rows)),
      gather(admin.exportTable('people', { format: 'ndjson', asOf: { seq: seq - 1 }, open: true })),
    ]);
    for (const told of admins) {
      expect(JSON.stringify(told)).toContain('sealed');
      for (const text of texts) expect(JSON.stringify(told)).not.toContain(text);
    }

    const after = await verifyLog();
    const { consistency = [], inclusion = [] } = await viewer.request({
      type: 'log.proof',
      size: after.size,
      from: before.size,
      seq,
    });
    verifyConsistency({
      ...{ from: before.size, fromRoot: before.root, to: after.size, toRoot: after.root },
      proof: consistency.map(fromBase64),
    });
    const leaf = after.leaves[seq - 1] ?? '';
    verifyInclusion({ seq, leaf, size: after.size, root: after.root, proof: inclusion.map(fromBase64) });

    // Nobody judges what nobody has: the row can be changed, and its number is free again.
    await admin.update('people', 'gone', { name: 'Gina' });
    await admin.insert('people', { id: 'heir', ssn: values[2]?.ssn ?? '' });
    expect(await admin.erase('people', 'gone')).toMatchObject({ changed: false });
  });

  test('also of a row that is gone, and of some columns only', async () => {
    const mine = rename(secrets());
    await admin.insert('people', { id: 'dead', ...mine });
    await admin.delete('people', 'dead');
    const reply = await admin.erase('people', 'dead', { columns: ['ssn'] });
    expect(reply).toMatchObject({ version: 0, changed: true });
    expect(await tablesWith(mine.ssn)).toEqual([]);
    expect(await tablesWith(mine.salary)).toEqual(['rowcast.sealed_cell']);
    expect(await attempt(() => viewer.get('people', 'dead'))).toContain('row_not_found');
    expect(await attempt(() => admin.erase('people', 'dead', { columns: ['name'] }))).toContain('is no sealed column');
    expect(await attempt(() => admin.erase('people', 'nobody'))).toContain('row_not_found');
    expect((await viewer.list('people')).rows.some(({ key }) => key === 'dead')).toBe(false);
  });
});

test('sealing a column that has values: the table shows none any more, its past stays public', async () => {
  await admin.createTable({
    name: 'pay',
    key: 'id',
    columns: [
      { name: 'id', type: 'text' },
      { name: 'sum', type: 'text' },
    ],
  });
  const sums = Array.from({ length: 5 }, () => randomBytes(12).toString('hex'));
  for (const [n, sum] of sums.entries()) await admin.insert('pay', { id: `p${n}`, sum });
  await admin.insert('pay', { id: 'empty' });
  const replica = viewer.replica('pay');
  await replica.ready();
  const { seq } = await admin.alterTable('pay', [{ do: 'rules', column: 'sum', set: { sealed: true } }]);
  await replica.reached(seq);
  const { rows } = await viewer.list('pay');
  expect(sums.filter((sum) => JSON.stringify([rows, [...replica.rows]]).includes(sum))).toEqual([]);
  expect(rows.map(({ row }) => commitmentIn(row.sum) !== undefined)).toEqual([false, true, true, true, true, true]);
  const opened = await gather(admin.rows('pay', { open: true }));
  expect(opened.flatMap(({ row }) => row.sum ?? [])).toEqual(sums);
  const entries = (await gather(viewer.readLog({ table: 'pay' }))).slice(-6).map(({ entry }) => entry);
  expect(entries.map(({ op }) => op)).toEqual(['alter', 'update', 'update', 'update', 'update', 'update']);
  expect(entries.at(-1)).toMatchObject({ was: { sum: sums[4] }, row: { sum: { sealed: expect.any(String) } } });
  expect(seq).toBe(entries.at(-1)?.seq);
  const back = await attempt(() =>
    admin.request({
      type: 'table.alter',
      table: 'pay',
      steps: [{ do: 'rules', column: 'sum', set: { sealed: null } }],
    } as never),
  );
  expect(back).toContain('bad_request');
  await replica.close();
});

/** As they are called after the column was renamed. */
function rename({ notes, ...rest }: ReturnType<typeof secrets>) {
  return { ...rest, remarks: notes };
}

function forgedCursor(text: string): string {
  const cursor = { epoch: 'x'.repeat(21), seq: 1, sorted: [text], key: '', list: '' };
  return Buffer.from(JSON.stringify(cursor)).toString('base64url');
}
