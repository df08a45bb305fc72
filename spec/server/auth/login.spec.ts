import { describe, expect, test } from 'vitest';
import { Lane } from '../../../server/auth/lane.ts';
import { Login } from '../../../server/auth/login.ts';
import { hashPassword } from '../../../server/auth/password.ts';
import { administrator } from '../../support/server.ts';
import { cheapHash } from '../stack.ts';

const login = (): Login => new Login(new Map([[administrator.name, cheapHash]]));

const olderHash = `scrypt$16384$8$1$${'A'.repeat(22)}$${'A'.repeat(43)}`;

describe('W5 who is not known learns nothing', () => {
  test('an unknown name is answered as a wrong password is, to the letter', async () => {
    const judge = login();
    const wrong = await judge.judge(administrator.name, 'wrong');
    expect(wrong).toEqual({ code: 'login_failed', message: 'wrong name or password' });
    expect(await judge.judge('nobody', 'wrong')).toEqual(wrong);
    expect(await judge.judge('constructor', 'wrong')).toEqual(wrong);
    // The decoy's own password opens nothing.
    expect(await judge.judge('nobody else', 'no one has this password')).toEqual(wrong);
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
      const judge = new Login(new Map(names.map((name) => [name, hash])));
      // The first one waits for the decoy to be made.
      await judge.judge('warm up', 'x');
      const known: number[] = [];
      const unknown: number[] = [];
      for (const [n, name] of names.entries()) {
        known.push(await timed(() => judge.judge(name, 'wrong')));
        unknown.push(await timed(() => judge.judge(`unknown${n}`, 'wrong')));
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
  test('a name that failed has to wait, each time longer; others and the right password afterwards do not', async () => {
    const judge = login();
    expect(await judge.judge(administrator.name, 'wrong')).toMatchObject({ code: 'login_failed' });
    const waits: number[] = [];
    for (let tries = 0; tries < 3; tries += 1) {
      const throttled = await judge.judge(administrator.name, 'wrong');
      expect(throttled).toMatchObject({ code: 'login_throttled' });
      waits.push(throttled?.retryAfterMs ?? 0);
    }
    for (const wait of waits) expect(wait).toBeGreaterThan(0);
    for (const wait of waits) expect(wait).toBeLessThanOrEqual(250);
    // Being turned away is no failure: it does not make the wait longer.
    expect(waits).toEqual([...waits].sort((a, b) => b - a));
    expect(await judge.judge('nobody', 'x')).toMatchObject({ code: 'login_failed' });
  });

  test('the right password is taken at once when nothing failed before, and clears what did', async () => {
    const judge = login();
    expect(await judge.judge(administrator.name, administrator.password)).toBeUndefined();
    expect(await judge.judge(administrator.name, administrator.password)).toBeUndefined();
  });

  test('a flood of guesses: some are judged, the rest are told to come again, and memory is bounded', async () => {
    const judge = login();
    await judge.judge('warm up', 'x');
    const answers = await Promise.all(Array.from({ length: 50 }, (_, n) => judge.judge(`${n}`, 'x')));
    const codes = answers.map((answer) => answer?.code);
    expect(codes.filter((code) => code === 'login_failed')).toHaveLength(8);
    expect(codes.filter((code) => code === 'busy')).toHaveLength(42);
    expect(await judge.judge(administrator.name, administrator.password)).toBeUndefined();
  }, 60_000);
});

describe('a lane', () => {
  test('works one at a time, in order, and goes on after a failure', async () => {
    const lane = new Lane({ waitingMax: 10 });
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
    const results = await Promise.allSettled(['a', 'b', 'c'].map((name) => lane.run(work(name))));
    expect(order).toEqual(['a', 'b', 'c']);
    expect(results.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled']);
  });

  test('P8 takes only so much, and more again when that is done', async () => {
    const lane = new Lane({ waitingMax: 2 });
    const taken = [
      lane.run(() => Promise.resolve(1)),
      lane.run(() => Promise.resolve(2)),
      lane.run(() => Promise.resolve(3)),
    ];
    expect(taken[2]).toBeUndefined();
    expect(await Promise.all(taken)).toEqual([1, 2, undefined]);
    expect(await lane.run(() => Promise.resolve(4))).toBe(4);
  });
});
