import { afterEach, describe, expect, test } from 'vitest';
import type { WatchEvent } from '../../../client/events.ts';
import type { ReplicaEvent } from '../../../client/replica.ts';
import type { Watch, WatchOptions } from '../../../client/watch.ts';
import type { Entry } from '../../../protocol/entry.ts';
import { create } from '../fake-author.ts';
import { toLines } from '../fake-server.ts';
import { SigningLedger } from '../signing-ledger.ts';
import { insert, Stage } from '../stage.ts';

/* What a watch and a replica say of trust, over a network that is held still. */

const stages: Stage[] = [];
afterEach(async () => {
  for (const { ledger } of stages.splice(0)) await ledger.close();
});

function setStage(): { stage: Stage; server: SigningLedger } {
  const server = new SigningLedger();
  const stage = new Stage({ server });
  stages.push(stage);
  stage.write(create('rate'));
  return { stage, server };
}

interface Watched {
  readonly watch: Watch;
  readonly events: WatchEvent[];
  /** What was called verified when a snapshot came. */
  readonly verifiedAtReset: number[];
  failure: unknown;
}

function watching({ ledger }: Stage, options: WatchOptions): Watched {
  const watched: Watched = { watch: ledger.watch(options), events: [], verifiedAtReset: [], failure: undefined };
  (async () => {
    for await (const event of watched.watch) {
      watched.events.push(event);
      if (event.type === 'reset') watched.verifiedAtReset.push(watched.watch.verified);
    }
  })().catch((error: unknown) => {
    watched.failure = error;
  });
  return watched;
}

const ofTrust = new Set(['life', 'unproven', 'proven']);

describe('P10 a watch and a replica', () => {
  test('say when proofs have not come for half a minute, and that they came; what is delivered goes on', async () => {
    const { stage, server } = setStage();
    const { watch, events } = watching(stage, { table: 'rate' });
    const replica = stage.ledger.replica('rate');
    const told: ReplicaEvent[] = [];
    replica.subscribe((event) => told.push(event));
    await stage.pass(3);
    expect([watch.verified, replica.verified]).toEqual([1, 1]);
    server.twist = ({ type }, answer) =>
      type === 'log.proof' ? { error: { code: 'bad_request', message: 'no proofs today' } } : answer;
    // Of another table, so that the entries that come do not prove themselves.
    stage.write(create('city'));
    for (let n = 0; n < 35; n += 1) {
      stage.write(insert(`k${n}`, { n }));
      await stage.pass(1);
    }
    const notes = { type: 'unproven', verified: 1, reason: 'no proofs today', since: '2026-01-01T00:00:04.000Z' };
    expect(events.filter(({ type }) => ofTrust.has(type))).toMatchObject([notes]);
    expect(told.filter(({ type }) => ofTrust.has(type))).toMatchObject([notes]);
    expect([watch.unproven, replica.unproven]).toMatchObject([{ verified: 1 }, { verified: 1 }]);
    expect(replica.rows.size).toBe(35);
    server.twist = (_request, answer) => answer;
    await stage.pass(3);
    expect([watch.unproven, replica.unproven]).toEqual([undefined, undefined]);
    expect(events.at(-1)).toEqual({ type: 'proven', verified: server.head });
    expect(told.at(-1)).toEqual({ type: 'proven', verified: server.head });
  });

  test('say once that the ledger has begun a new life, and go on in it', async () => {
    const { stage, server } = setStage();
    stage.write(insert('a', { n: 1 }));
    const { watch, events } = watching(stage, { table: 'rate' });
    await stage.pass(3);
    server.restore(1);
    await stage.pass(10);
    const life = { type: 'life', epoch: 'epoch-1', former: [{ epoch: 'epoch-0', seq: 2 }] };
    expect(events.filter(({ type }) => ofTrust.has(type))).toMatchObject([life]);
    const order = events.map(({ type }) => type).filter((type) => type !== 'state');
    expect(order).toEqual(['reset', 'life', 'reset']);
    stage.write(insert('b', { n: 1 }));
    await stage.pass(2);
    expect(watch.verified).toBe(2);
  });

  test('do not call verified in a new life what was verified in the former one', async () => {
    const { stage, server } = setStage();
    for (let n = 0; n < 20; n += 1) stage.write(insert(`k${n}`, { n }));
    const { watch, verifiedAtReset } = watching(stage, { table: 'rate' });
    await stage.pass(3);
    expect(watch.verified).toBe(21);
    server.restore(10);
    await stage.pass(5);
    expect(verifiedAtReset).toEqual([0, 0]);
    expect(watch.verified).toBe(10);
  });
});

describe('P3 P10 entries that a log cannot bring', () => {
  /** What a watch from the beginning says when the log is read to it so. */
  async function told(change: (entries: Entry[]) => Entry[], options: WatchOptions): Promise<unknown> {
    const { stage, server } = setStage();
    for (let n = 0; n < 9; n += 1) stage.write(insert(`k${n}`, { n }));
    server.twist = (request, answer) => {
      if (request.type !== 'log.read' || 'hashes' in request || 'error' in answer) return answer;
      const entries = change([...server.log]);
      const last = entries.at(-1)?.seq ?? 0;
      const body = { ...answer.body, count: entries.length, last };
      return { body, lines: toLines([...entries, { end: { count: entries.length, last } }]) };
    };
    const watched = watching(stage, { ...options, from: { seq: 0, epoch: server.epoch } });
    await stage.pass(2);
    return watched.failure;
  }

  const swap = (entries: Entry[]): Entry[] => [
    ...entries.slice(0, 4),
    ...entries.slice(4, 6).reverse(),
    ...entries.slice(6),
  ];
  const leaveOut = (entries: Entry[]): Entry[] => entries.filter(({ seq }) => seq !== 5);
  const cut = (entries: Entry[]): Entry[] => entries.slice(0, 8);

  test.each([
    ['two in each other’s place, of a table', swap, { table: 'rate' }, 5],
    ['two in each other’s place', swap, {}, 5],
    ['one left out of the whole log', leaveOut, {}, 5],
    ['the whole log without its end', cut, {}, 9],
  ])('are a fault: %s', async (_what, change, options, first) => {
    expect(await told(change, options)).toMatchObject({ code: 'tampered', fault: { kind: 'changed', first } });
  });

  test('are none of these', async () => {
    expect(await told((entries) => entries, {})).toBeUndefined();
    expect(await told((entries) => entries, { table: 'rate' })).toBeUndefined();
  });
});
