import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { connect, type Ledger, type PlayEvent, type PlayOptions } from '../../client/index.ts';
import { createLedger, type TestLedger } from '../support/ledger.ts';
import { Person } from '../support/program.ts';
import { administrator, startTestServer, type TestServer } from '../support/server.ts';

let ledger: TestLedger;
let server: TestServer;
let admin: Ledger;
let viewer: Ledger;
let bob: Person;
const max = Number.POSITIVE_INFINITY;

beforeAll(async () => {
  ledger = await createLedger();
  server = await startTestServer(ledger);
  admin = connect(server.address);
  viewer = connect(server.address);
  bob = await Person.at(server.address);
  await admin.login(administrator.name, administrator.password);
  for (const name of ['one', 'two'])
    await admin.createTable({ name, key: 'id', columns: [{ name: 'id', type: 'integer' }] });
  await admin.batch([1, 2, 3].map((id) => ({ type: 'row.insert', table: 'one', row: { id } })));
  for (const table of ['one', 'two']) await admin.insert(table, { id: 4 });
  await admin.tag('then');
});
afterAll(async () => {
  await Promise.all([admin.close(), viewer.close(), bob.remove()]);
  await server.stop();
  await ledger.drop();
});

const seqsOf = (event: PlayEvent): number[] =>
  event.type === 'group' ? event.changes.map(({ entry }) => entry.seq) : [];

async function seqs(options: PlayOptions): Promise<number[]> {
  const shown: number[] = [];
  for await (const event of viewer.play({ speed: max, ...options })) shown.push(...seqsOf(event));
  return shown;
}

describe('a play', () => {
  test('shows any stretch, of all tables or of one, and ends where it is told to', async () => {
    const to = { tag: 'then' };
    expect(await seqs({ to })).toEqual([1, 2, 3, 4, 5, 6, 7]);
    expect(await seqs({ to, from: { seq: 2 }, table: 'one' })).toEqual([3, 4, 5, 6]);
    expect(await seqs({ from: { seq: 1 }, to: { seq: 4 } })).toEqual([2, 3, 4]);
    expect(await seqs({ from: to, to })).toEqual([]);
    await expect(seqs({ from: to, to: { seq: 3 } })).rejects.toMatchObject({ code: 'bad_request' });
    await expect(seqs({ to: { seq: 99_999 } })).rejects.toMatchObject({ code: 'ahead_of_server' });
    await expect(seqs({ to: { tag: 'never' } })).rejects.toMatchObject({ code: 'tag_not_found' });
  });

  test('P5 goes on into the feed without a seam: each seq once and in order, while writers write', async () => {
    const stop = new AbortController();
    const writers = [1, 2, 3, 4].map(async (writer) => {
      for (let id = 100; !stop.signal.aborted; id += 1) await admin.insert('one', { id: writer * 100_000 + id });
    });
    const shown: number[] = [];
    let liveAt = Number.POSITIVE_INFINITY;
    const plays = new AbortController();
    for await (const event of viewer.play({ speed: 1_000, gapMsMax: 20, signal: plays.signal })) {
      shown.push(...seqsOf(event));
      if (event.type === 'state' && event.state === 'live' && liveAt > shown.length) {
        liveAt = shown.length;
        // At the head it stands between two changes; some hundred come behind the seam before it ends.
        expect(shown.length).toBeGreaterThanOrEqual(7);
      }
      if (shown.length > liveAt + 300) plays.abort();
    }
    stop.abort();
    await Promise.all(writers);
    expect(shown).toEqual(shown.map((_, index) => index + 1));
    expect(shown.length).toBeGreaterThan(300);
  });

  test('at the pace of then: a stretch with a pause takes as long again, and half at twice the speed', async () => {
    const from = { seq: (await viewer.status()).seq };
    await admin.insert('two', { id: 5 });
    const [first] = await ledger.query<{ seq: number }>(
      'SELECT seq, pg_sleep(0.6) FROM change ORDER BY seq DESC LIMIT 1',
    );
    await admin.insert('two', { id: 6 });
    const to = { seq: Number(first?.seq) + 1 };
    const took = async (pace: PlayOptions): Promise<number> => {
      const startMs = performance.now();
      expect((await seqs({ from, to, ...pace })).length).toBe(2);
      return performance.now() - startMs;
    };
    expect(await took({ speed: 1 })).toBeGreaterThan(590);
    expect(await took({ speed: 2 })).toBeGreaterThan(295);
    expect(await took({ speed: 1, gapMsMax: 50 })).toBeLessThan(590);
  });
});

describe('rowcast play', () => {
  test('prints the changes of a stretch, as lines of the log for programs', async () => {
    const words = ['play', 'one', '--from', '4', '--to', 'then', '--speed', 'max'];
    expect((await bob.lines<{ seq: number }>(words)).map(({ seq }) => seq)).toEqual([4, 5, 6]);
    const printed = await bob.done([...words.slice(0, 4), '--to', '6', '--gap', '0.1s']);
    expect(printed).toMatch(/2 of 3 changes made together\n.*#4 .*insert.*\n.*#5 .*insert.*\n.*#6 {2}one 4 {2}insert/);
    expect(await bob.refusal(['play', '--speed', 'fast'])).toMatchObject({ exit: 2 });
  });
});
