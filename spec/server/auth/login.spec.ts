import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { Lane, type Standing } from '../../../server/auth/lane.ts';
import { Login } from '../../../server/auth/login.ts';
import { hashPassword, verifyPassword } from '../../../server/auth/password.ts';
import { Refused } from '../../../server/refused.ts';
import { createLedger, type TestLedger } from '../../support/ledger.ts';
import { administrator } from '../../support/server.ts';
import { cheapHash } from '../stack.ts';

let ledger: TestLedger;
beforeAll(async () => {
  ledger = await createLedger();
});
afterAll(() => ledger.drop());

async function login(hashes: ReadonlyMap<string, string> = new Map([[administrator.name, cheapHash]])): Promise<Judge> {
  await ledger.query('DELETE FROM account');
  for (const [name, hash] of hashes) {
    await ledger.query(`INSERT INTO account (name, role, password) VALUES ($1, 'viewer', $2)`, [name, hash]);
  }
  const lane = new Lane({ waitingMax: 8, ofPeerMax: 2 });
  const one = new Login({ database: ledger.open(2), lane, verify: verifyPassword });
  let peers = 0;
  return {
    /** On a connection of its own unless one is named. */
    async judge(user, password, peer = '', known) {
      peers += 1;
      try {
        await one.judge({ user, password, peer: peer === '' ? `peer ${peers}` : peer, known });
        return 'ok';
      } catch (error) {
        if (error instanceof Refused) return error.body;
        throw error;
      }
    },
  };
}

interface Judge {
  judge(user: string, password: string, peer?: string, known?: string): Promise<'ok' | Refused['body']>;
}

const olderHash = `scrypt$16384$8$1$${'A'.repeat(22)}$${'A'.repeat(43)}`;

describe('W5 who is not known learns nothing', () => {
  test('an unknown name is answered as a wrong password is, to the letter', async () => {
    const one = await login();
    const wrong = await one.judge(administrator.name, 'wrong');
    expect(wrong).toEqual({ code: 'login_failed', message: 'wrong name or password' });
    expect(await one.judge('nobody', 'wrong')).toEqual(wrong);
    expect(await one.judge('constructor', 'wrong')).toEqual(wrong);
    // The password of whose hash it was judged by opens nothing.
    expect(await one.judge('nobody else', administrator.password)).toEqual(wrong);
    await ledger.query('UPDATE account SET disabled = true');
    expect(await one.judge(administrator.name, administrator.password)).toEqual(wrong);
    expect(await (await login(new Map())).judge('nobody', 'wrong')).toEqual(wrong);
  }, 30_000);

  test.each([
    ['the parameters of today', () => hashPassword('right')],
    // They stand in the hash, to be raised: an older hash is cheaper than one of today. Not so cheap that noise hides it.
    ['older, cheaper parameters', () => Promise.resolve(olderHash)],
  ])(
    'it takes as long, with a hash of %s',
    async (_, makeHash) => {
      const hash = await makeHash();
      const names = Array.from({ length: 3 }, (_unused, n) => `known${n}`);
      const one = await login(new Map(names.map((name) => [name, hash])));
      await one.judge('warm up', 'x');
      const known: number[] = [];
      const unknown: number[] = [];
      for (const [n, name] of names.entries()) {
        known.push(await timed(() => one.judge(name, 'wrong')));
        unknown.push(await timed(() => one.judge(`unknown${n}`, 'wrong')));
      }
      const factor = median(unknown) / median(known);
      expect(factor).toBeGreaterThan(1 / 3);
      expect(factor).toBeLessThan(3);
    },
    60_000,
  );
});

async function timed(work: () => Promise<unknown>): Promise<number> {
  const started = performance.now();
  await work();
  return performance.now() - started;
}

function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0;
}

describe('P8 P9 guessing is slowed down', () => {
  test('a name that failed has to wait, each time longer, and others do not', async () => {
    const one = await login();
    expect(await one.judge(administrator.name, 'wrong', 'guesser')).toMatchObject({ code: 'login_failed' });
    const waits: number[] = [];
    for (let tries = 0; tries < 3; tries += 1) {
      const throttled = await one.judge(administrator.name, 'wrong', 'guesser');
      if (throttled === 'ok') expect.fail('it was let in');
      expect(throttled.code).toBe('login_throttled');
      waits.push(throttled.retryAfterMs ?? 0);
    }
    for (const wait of waits) expect(wait).toBeGreaterThan(0);
    for (const wait of waits) expect(wait).toBeLessThanOrEqual(250);
    // Being turned away is no failure: it does not make the wait longer.
    expect(waits).toEqual([...waits].sort((a, b) => b - a));
    expect(await one.judge('nobody', 'x', 'guesser')).toMatchObject({ code: 'login_failed' });
  });

  test('nobody is shut out by one who guesses at their name: the right password is taken on a connection without a failure', async () => {
    const one = await login();
    for (let guess = 0; guess < 20; guess += 1) await one.judge(administrator.name, 'wrong', 'guesser');
    expect(await one.judge(administrator.name, 'wrong', 'guesser')).toMatchObject({ code: 'login_throttled' });
    expect(await one.judge(administrator.name, administrator.password)).toBe('ok');
  });

  test('a connection that fails at many names has to wait for all of them', async () => {
    const one = await login();
    const codes: string[] = [];
    for (let n = 0; n < 8; n += 1) {
      const answer = await one.judge(`name${n}`, 'x', 'guesser');
      codes.push(answer === 'ok' ? answer : answer.code);
    }
    expect(codes.slice(0, 5)).toEqual(Array.from({ length: 5 }, () => 'login_failed'));
    expect(codes.slice(5)).toContain('login_throttled');
    expect(await one.judge('name0', 'x', 'another')).toMatchObject({ code: 'login_failed' });
  });

  test('the right password is taken at once when nothing failed before, and clears what did', async () => {
    const one = await login();
    expect(await one.judge(administrator.name, administrator.password, 'p')).toBe('ok');
    expect(await one.judge(administrator.name, administrator.password, 'p')).toBe('ok');
  });

  test('who is known waits for failures of their own only, neither for those at the name nor on the connection', async () => {
    const one = await login();
    for (let guess = 0; guess < 20; guess += 1) await one.judge(administrator.name, 'wrong', 'guesser');
    const tries: unknown[] = [];
    for (let slip = 0; slip < 6; slip += 1)
      tries.push(await one.judge(administrator.name, 'wrong', 'guesser', 'device'));
    // The first ones are free: whoever mistypes need not wait.
    const failed = Array.from({ length: 5 }, () => ({ code: 'login_failed' }));
    expect(tries).toMatchObject([...failed, { code: 'login_throttled' }]);
    expect(await one.judge(administrator.name, administrator.password, 'guesser', 'other')).toBe('ok');
  });

  test('who is known and fails holds up nobody who is not', async () => {
    const one = await login();
    expect(await one.judge(administrator.name, 'wrong', 'peer', 'device')).toMatchObject({ code: 'login_failed' });
    expect(await one.judge(administrator.name, administrator.password, 'peer')).toBe('ok');
  });

  test('strangers on ever new connections do not take the place of who is known', async () => {
    const one = await login();
    await one.judge('warm up', 'x');
    const strangers = Array.from({ length: 50 }, (_, n) => one.judge(`${n}`, 'x'));
    expect(await one.judge(administrator.name, administrator.password, 'peer', 'device')).toBe('ok');
    const codes = (await Promise.all(strangers)).map((answer) => (answer === 'ok' ? answer : answer.code));
    expect(new Set(codes)).toEqual(new Set(['login_failed', 'busy']));
  }, 60_000);

  test('a flood of guesses: some are judged, the rest are told to come again, and memory is bounded', async () => {
    const one = await login();
    await one.judge('warm up', 'x');
    const answers = await Promise.all(Array.from({ length: 50 }, (_, n) => one.judge(`${n}`, 'x')));
    const codes = answers.map((answer) => (answer === 'ok' ? answer : answer.code));
    expect(codes.filter((code) => code === 'login_failed').length).toBeGreaterThanOrEqual(8);
    expect(codes.filter((code) => code === 'busy').length).toBeGreaterThan(0);
    expect(new Set(codes)).toEqual(new Set(['login_failed', 'busy']));
    expect(await one.judge(administrator.name, administrator.password)).toBe('ok');
  }, 60_000);
});

describe('a lane', () => {
  const limits = { waitingMax: 10, ofPeerMax: 10 };
  const stranger = (peer: string) => ({ peer, standing: 'new' }) as const;

  test('works one at a time, in order, and goes on after a failure', async () => {
    const lane = new Lane(limits);
    const order: string[] = [];
    let atOnce = 0;
    const work = (name: string) => async (): Promise<string> => {
      atOnce += 1;
      expect(atOnce).toBe(1);
      await new Promise(setImmediate);
      order.push(name);
      atOnce -= 1;
      if (name === 'b') throw new Error('b failed');
      return name;
    };
    const results = await Promise.allSettled(['a', 'b', 'c'].map((name) => lane.run(work(name), stranger(name))));
    expect(order).toEqual(['a', 'b', 'c']);
    expect(results.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled']);
  });

  test('P8 takes only so much, and more again when that is done', async () => {
    const lane = new Lane({ ...limits, waitingMax: 2 });
    const taken = [1, 2, 3].map((n) => lane.run(() => Promise.resolve(n), stranger(`${n}`)));
    expect(taken[2]).toBeUndefined();
    expect(await Promise.all(taken)).toEqual([1, 2, undefined]);
    expect(await lane.run(() => Promise.resolve(4), stranger('4'))).toBe(4);
    expect(lane.counters).toEqual({ busy: 1 });
  });

  test('P8 takes only so much of one peer', async () => {
    const lane = new Lane({ ...limits, ofPeerMax: 2 });
    const taken = ['a', 'a', 'a', 'b'].map((peer) => lane.run(() => Promise.resolve(peer), stranger(peer)));
    expect(await Promise.all(taken)).toEqual(['a', 'a', undefined, 'b']);
    expect(await lane.run(() => Promise.resolve('again'), stranger('a'))).toBe('again');
    expect(lane.counters).toEqual({ busy: 1 });
  });

  test('who has not failed goes first, and takes the place of who has when it is full', async () => {
    const lane = new Lane({ ...limits, waitingMax: 3 });
    const order: string[] = [];
    const run = (name: string, standing: Standing): Promise<unknown> | undefined =>
      lane.run(() => Promise.resolve(order.push(name)), { peer: name, standing });
    const results = await Promise.allSettled([
      run('first', 'failed'),
      run('failed', 'failed'),
      run('dropped', 'failed'),
      run('clean', 'new'),
      run('too late', 'failed'),
    ]);
    expect(order).toEqual(['first', 'clean', 'failed']);
    expect(lane.counters).toEqual({ busy: 2 });
    expect(results.map(({ status }) => status)).toEqual([
      'fulfilled',
      'fulfilled',
      'rejected',
      'fulfilled',
      'fulfilled',
    ]);
  });

  test('who is known has every second turn and a place of a stranger’s, of those who have failed first', async () => {
    const lane = new Lane({ ...limits, waitingMax: 5 });
    const order: string[] = [];
    const run = (name: string, standing: Standing): Promise<unknown> =>
      lane.run(() => Promise.resolve(order.push(name)), { peer: name, standing }) ?? Promise.reject(new Error('full'));
    const results = await Promise.allSettled([
      run('first', 'new'),
      run('failed', 'failed'),
      run('second', 'new'),
      run('third', 'new'),
      run('fourth', 'new'),
      run('known', 'known'),
      run('known too', 'known'),
      run('too late', 'new'),
    ]);
    expect(order).toEqual(['first', 'known', 'second', 'known too', 'third']);
    expect(results.map(({ status }) => status === 'fulfilled')).toEqual([
      ...[true, false, true, true, false],
      ...[true, true, false],
    ]);
  });
});
