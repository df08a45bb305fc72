import { afterAll, beforeAll, expect, test } from 'vitest';
import { commitmentOf } from '../../../proof/hash.ts';
import type { ReplyOf } from '../../../protocol/replies.ts';
import { commitmentIn } from '../../../protocol/sealed.ts';
import { createLedger, type TestLedger } from '../../support/ledger.ts';
import { createStack, type Stack } from '../stack.ts';

let ledger: TestLedger;
let stack: Stack;

beforeAll(async () => {
  ledger = await createLedger();
  stack = createStack(ledger, { pageBytesMax: 1_000 });
  await stack.done({ type: 'table.create', name: 't', columns: [{ name: 's', type: 'text', sealed: true }] });
});
afterAll(async () => {
  await stack.stop();
  await ledger.drop();
});

async function seal(key: string, s: string): Promise<string> {
  await stack.done({ type: 'row.insert', table: 't', key, row: { s } });
  const { row } = await stack.ask<ReplyOf<'row.get'>>({ type: 'row.get', table: 't', key });
  return commitmentIn(row.row.s) ?? expect.fail('it is not sealed');
}

const open = (...commitments: string[]): Promise<ReplyOf<'sealed.open'>> =>
  stack.ask({ type: 'sealed.open', commitments });

test('gives value and salt, which make the commitment', async () => {
  const commitment = await seal('a', 'Zoë says "x"');
  const { cells, looked } = await open(commitment);
  const { salt = '', value = '' } = cells[commitment] ?? {};
  expect(value).toBe('"Zoë says \\"x\\""');
  expect(commitmentOf(Buffer.from(salt, 'base64url'), value)).toBe(commitment);
  expect(looked).toBe(1);
});

test('passes over what was erased or never was', async () => {
  const commitment = await seal('gone', 'x');
  await stack.done({ type: 'row.erase', table: 't', key: 'gone' });
  expect(await open(commitment, 'A'.repeat(43))).toEqual({ cells: {}, looked: 2 });
});

test('P8 stops when the reply is full and says how far it looked; asking for the rest brings all', async () => {
  const all: string[] = [];
  for (let n = 0; n < 12; n += 1) all.push(await seal(`long-${n}`, `${n}${'x'.repeat(n === 5 ? 5_000 : 300)}`));
  const sealed = [...all];
  all.splice(3, 0, 'B'.repeat(43));
  const opened: string[] = [];
  let rounds = 0;
  for (let left = all; left.length > 0; rounds += 1) {
    const { cells, looked } = await open(...left);
    expect(looked).toBeGreaterThan(0);
    opened.push(...Object.keys(cells));
    left = left.slice(looked);
  }
  expect(rounds).toBeGreaterThan(3);
  expect(opened).toHaveLength(sealed.length);
  expect(new Set(opened)).toEqual(new Set(sealed));
});
