import { nanoid } from 'nanoid';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Step } from '../../../../protocol/commands.ts';
import { Staging } from '../../../../server/commands/large/staging.ts';
import { createLedger, silentLog, type TestLedger } from '../../../support/ledger.ts';

let ledger: TestLedger;
let staging: Staging;

beforeAll(async () => {
  ledger = await createLedger();
  staging = new Staging({ database: ledger.open(), bytesPerUserMax: 1_000, log: silentLog });
});
afterAll(async () => {
  await ledger.drop();
});

const step = (text: string): Step => ({ type: 'row.insert', table: 't', row: { text } });
const ada = { user: 'ada' };
const bob = { user: 'bob' };
const put = (stage: string, part: number, text: string, who = ada): Promise<object> =>
  staging.answer({ type: 'batch.part', stage, part, commands: [step(text)] }, who);
const drop = (stage: string, who = ada): Promise<object> => staging.answer({ type: 'batch.drop', stage }, who);
const parts = async (stage: string): Promise<number> =>
  (await ledger.query('SELECT 1 FROM staged_part WHERE stage = $1', [stage])).length;

describe('a part', () => {
  test('is kept once, however often it is sent; another under its number is refused', async () => {
    const stage = nanoid();
    const answer = await put(stage, 0, 'a');
    expect(await put(stage, 0, 'a')).toEqual(answer);
    expect(await parts(stage)).toBe(1);
    await expect(put(stage, 0, 'b')).rejects.toMatchObject({ body: { code: 'bad_request' } });
    expect(await drop(stage)).toEqual({ parts: 1 });
    expect(await drop(stage)).toEqual({ parts: 0 });
  });

  test('P9 of another account is refused, and so is dropping it', async () => {
    const stage = nanoid();
    await put(stage, 0, 'a');
    await expect(put(stage, 1, 'b', bob)).rejects.toMatchObject({ body: { code: 'forbidden' } });
    await expect(drop(stage, bob)).rejects.toMatchObject({ body: { code: 'forbidden' } });
    await drop(stage);
  });

  test('P8 is refused when its account has too many bytes staged, and others are not touched', async () => {
    const stages = [nanoid(), nanoid()];
    const half = 'x'.repeat(400);
    await put(stages[0] ?? '', 0, half);
    await put(stages[1] ?? '', 0, half);
    await expect(put(stages[1] ?? '', 1, half)).rejects.toMatchObject({ body: { code: 'too_large' } });
    const other = nanoid();
    expect(await put(other, 0, half, bob)).toMatchObject({ stage: other, part: 0 });
    await Promise.all([...stages.map((stage) => drop(stage)), drop(other, bob)]);
    // Two at a time cannot both take the last room.
    const racing = Array.from({ length: 6 }, (_, part) =>
      put(stages[0] ?? '', part, half).then(
        () => 1,
        () => 0,
      ),
    );
    expect((await Promise.all(racing)).filter((done) => done === 1)).toHaveLength(2);
    await drop(stages[0] ?? '');
  });
});

test('P8 a stage to which nothing came for an hour is dropped whole, and one that goes on is not', async () => {
  const [idle, going] = [nanoid(), nanoid()];
  for (const part of [0, 1]) {
    await put(idle, part, 'old');
    await put(going, part, 'old');
  }
  await ledger.query(`UPDATE staged_part SET added = added - interval '61 minutes' WHERE stage = $1 OR part = 0`, [
    idle,
  ]);
  staging.run();
  await staging.stop();
  expect([await parts(idle), await parts(going)]).toEqual([0, 2]);
  await drop(going);
});
