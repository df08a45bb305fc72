import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { EventReader } from '../../../../support/event-reader.ts';
import { type GatewayReader, GatewayStand } from '../../../../support/gateway.ts';
import { Dice } from '../../../random.ts';

let stand: GatewayStand;
let reader: GatewayReader;
let epoch: string;

beforeAll(async () => {
  stand = await GatewayStand.start({ door: 'public' });
  reader = stand.stranger();
  for (const name of ['t', 'u', 'quiet']) {
    await stand.admin.createTable({
      name,
      key: 'id',
      columns: [
        { name: 'id', type: 'text' },
        { name: 'n', type: 'integer' },
        { name: 'text', type: 'text' },
      ],
    });
  }
  ({ epoch } = await stand.admin.status());
});
afterAll(() => stand.stop());

/** The seqs of the log behind one, of a table or of all. */
async function log(after: number, table?: string): Promise<number[]> {
  const seqs: number[] = [];
  for await (const { entry } of stand.admin.readLog({ after, table })) seqs.push(entry.seq);
  return seqs;
}

async function head(): Promise<number> {
  return (await stand.admin.status()).seq;
}

/** Some changes: single ones, and groups over two tables. */
async function write(n: number): Promise<number> {
  const row = { id: `k${n % 7}`, n };
  const table = n % 3 === 0 ? 'u' : 't';
  const { seq } =
    n % 4 === 0
      ? await stand.admin.batch([
          { type: 'row.upsert', table: 't', row },
          { type: 'row.upsert', table: 'u', row: { ...row, n: n + 0.0 } },
          { type: 'row.upsert', table: 't', row: { ...row, n: n + 1 } },
        ])
      : await stand.admin.upsert(table, row);
  return seq;
}

const isEnd = ({ event }: { event: string }): boolean => event === 'end';
const isPosition = ({ event }: { event: string }): boolean => event === 'position';

/** Reads up to a seq, over connections that break at any moment and are gone on with at the last id. */
async function readBroken(from: number, { table, dice, last }: Broken): Promise<number[]> {
  const seqs: number[] = [];
  let id = `${from}@${epoch}`;
  for (let tries = 0; tries < 10_000; tries += 1) {
    const query = table === undefined ? '' : `&table=${table}`;
    const byHeader = dice.next() < 0.5;
    const feed = byHeader
      ? await reader.feed(`?from=0@${epoch}${query}`, { 'last-event-id': id })
      : await reader.feed(`?from=${encodeURIComponent(id)}${query}`);
    const isWhole = await cutSomewhere(feed, dice, last());
    // Everything that was read counts, up to the last whole event, as a browser has it.
    seqs.push(...feed.seqs);
    id = feed.lastId ?? id;
    if (isWhole) return seqs;
  }
  throw new Error('it never came to an end');
}

interface Broken {
  readonly table: string | undefined;
  readonly dice: Dice;
  /** Where it ends; undefined when that is not known yet. */
  readonly last: () => number | undefined;
}

/** True when it has read to the end. */
async function cutSomewhere(feed: EventReader, dice: Dice, last: number | undefined): Promise<boolean> {
  const done = last === undefined ? new Promise<never>(() => undefined) : feed.reached(last).then(() => true);
  const cut = new Promise<false>((resolve) => setTimeout(() => resolve(false), dice.below(60)));
  const isWhole = await Promise.race([
    done,
    last === undefined || dice.next() < 0.7 ? cut : new Promise<never>(() => undefined),
  ]);
  feed.cut();
  await feed.closed;
  done.catch(() => undefined);
  return isWhole;
}

describe('P5, P7: the feed is the log', () => {
  test('over any number of breaks, at any moment, with and without a table', { timeout: 120_000 }, async () => {
    const seed = Date.now() % 1_000_000;
    const dice = new Dice(seed);
    const from = await head();
    let last: number | undefined;
    const readers = [undefined, 't', 'u', undefined, 't', 'quiet'].map((table) =>
      readBroken(from, { table, dice: new Dice(dice.below(1e9)), last: () => last }).then((seqs) => ({
        table,
        seqs,
      })),
    );
    for (let n = 0; n < 200; n += 1) {
      await write(n);
      if (dice.next() < 0.3) await new Promise((resolve) => setTimeout(resolve, dice.below(30)));
    }
    last = await head();
    for (const { table, seqs } of await Promise.all(readers)) {
      expect(seqs, `seed ${seed}, ${table ?? 'all'}`).toEqual(await log(from, table));
    }
  });

  test('P6 a command is one event, whole, and of one table its part', async () => {
    const from = await head();
    const seq = await write(4);
    const [all, part] = [
      await reader.feed(`?from=${from}@${epoch}`),
      await reader.feed(`?from=${from}@${epoch}&table=u`),
    ];
    await Promise.all([all.reached(seq), part.reached(seq)]);
    expect(all.groups.map(({ entries }) => entries.length)).toEqual([3]);
    expect(part.groups.map(({ entries }) => entries.map(({ table }) => table))).toEqual([['u']]);
    expect(part.groups[0]?.cursor).toBe(`${seq}@${epoch}`);
    all.cut();
    part.cut();
  });

  test('without a cursor it begins with what is made from now on', async () => {
    const feed = await reader.feed();
    await feed.until(({ id }) => id !== undefined);
    const seq = await write(1);
    await feed.reached(seq);
    expect(feed.seqs).toEqual([seq]);
    feed.cut();
  });

  test('so it does as the first reader of a gateway that was just started', async () => {
    await stand.restartGateway();
    const feed = await reader.feed();
    await feed.until(({ id }) => id !== undefined);
    const seq = await write(5);
    await feed.reached(seq);
    expect(feed.seqs).toEqual([seq]);
    feed.cut();
  });

  test('who asks for a table without a name takes nothing from the others', async () => {
    const from = await head();
    const nameless = await reader.feed(`?table=&from=${from}@${epoch}`);
    const all = await reader.feed(`?from=${from}@${epoch}`);
    await Promise.all([nameless, all].map((feed) => feed.until(isPosition)));
    const seq = await write(4);
    await Promise.all([nameless, all].map((feed) => feed.reached(seq)));
    expect(all.seqs).toEqual(await log(from));
    expect(nameless.seqs).toEqual([]);
    nameless.cut();
    all.cut();
  });

  test('the cursor of a quiet table moves on with the ledger', { timeout: 20_000 }, async () => {
    const feed = await reader.feed('?table=quiet');
    await feed.until(({ id }) => id !== undefined);
    const seq = await write(2);
    await feed.reached(seq);
    expect(feed.groups).toEqual([]);
    feed.cut();
  });

  test('from far back it is read from the log, also after the gateway was started again', {
    timeout: 60_000,
  }, async () => {
    const steps = Array.from({ length: 6_000 }, (_, n) => ({
      type: 'row.insert' as const,
      table: 'quiet',
      row: { id: `q${n}` },
    }));
    const { seq } = await stand.admin.batch(steps);
    await stand.restartGateway();
    const feeds = await Promise.all(
      [
        `?from=0@${epoch}`,
        `?from=0@${epoch}&table=u`,
        `?from=${seq - 1_000}@${epoch}&table=t`,
        `?from=${seq}@${epoch}`,
      ].map((query) => reader.feed(query)),
    );
    const next = await write(3);
    await Promise.all(feeds.map((feed) => feed.reached(next)));
    const [all, u, t, present] = feeds.map(({ seqs }) => seqs);
    expect(all).toEqual(await log(0));
    expect(u).toEqual(await log(0, 'u'));
    expect(t).toEqual(await log(seq - 1_000, 't'));
    expect(present).toEqual(await log(seq));
    for (const feed of feeds) feed.cut();
  });

  test('P8 who does not read holds nobody up, costs nothing, and has everything later', {
    timeout: 60_000,
  }, async () => {
    const from = await head();
    const [slow, quick] = [await reader.feed(`?from=${from}@${epoch}`), await reader.feed(`?from=${from}@${epoch}`)];
    await Promise.all([slow, quick].map((feed) => feed.until(isPosition)));
    slow.stall();
    const text = 'x'.repeat(100_000);
    let seq = 0;
    for (let n = 0; n < 200; n += 1) ({ seq } = await stand.admin.upsert('t', { id: 'long', n, text: `${text}${n}` }));
    await quick.reached(seq);
    expect(quick.seqs).toEqual(await log(from));
    expect(slow.seqs.length).toBeLessThan(quick.seqs.length);
    slow.goOn();
    await slow.reached(seq);
    expect(slow.seqs).toEqual(quick.seqs);
    quick.cut();
    slow.cut();
  });
});

describe('what cannot go on', () => {
  test.each([
    ['another life of the ledger', () => '1@another-epoch', 'wrong_epoch'],
    ['the future', () => `1000000@${epoch}`, 'ahead_of_server'],
  ])('from %s: the feed ends, and says so', { timeout: 30_000 }, async (_what, from, code) => {
    const feed = await reader.feed(`?from=${from()}`);
    expect((await feed.until(isEnd)).data).toMatchObject({ code });
    await feed.closed;
  });

  test('a little ahead of the gateway is no future', async () => {
    const from = await head();
    const feed = await reader.feed(`?from=${from + 1}@${epoch}`);
    await feed.until(isPosition);
    await stand.admin.upsert('t', { id: 'a', n: 1 });
    const { seq } = await stand.admin.upsert('t', { id: 'a', n: 2 });
    await feed.reached(seq);
    expect(feed.seqs).toEqual([seq]);
    feed.cut();
  });

  test.each(['?from=seven', '?table=none'])('%s is refused', async (query) => {
    await expect(reader.feed(query)).rejects.toThrow(/bad_request|table_not_found/);
  });

  test('and nothing went wrong unnoticed', () => {
    expect(stand.troubles).toEqual([]);
  });
});

test('P10 a log that was tampered with is said with every position, and stays so', { timeout: 60_000 }, async () => {
  const seq = (await head()) - 2;
  const edit = `UPDATE change SET entry = replace(entry, '"by":"ada"', '"by":"eve"') WHERE seq = ${seq}`;
  await stand.ledger.query(
    ['SET session_replication_role = replica', edit, 'RESET session_replication_role'].join(';'),
  );
  await stand.restartGateway();
  const feed = await reader.feed();
  const isLoud = ({ data }: { data: unknown }): boolean => (data as { problem?: object }).problem !== undefined;
  expect((await feed.until(isLoud)).data).toMatchObject({ problem: { code: 'tampered' } });
  const count = feed.events.length;
  await expect.poll(() => feed.events.length, { timeout: 10_000 }).toBeGreaterThan(count);
  expect(feed.events.slice(count).every(isLoud)).toBe(true);
  feed.cut();
});
