import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createLedger, type TestLedger } from '../../../support/ledger.ts';
import { randomCommands } from '../../../support/random-history.ts';
import { createStack, expectWholeLog, granted, type Stack } from '../../stack.ts';
import { readLog, revert, seenAt, seenNow } from './reverting.ts';

let ledger: TestLedger;
let stack: Stack;

beforeAll(async () => {
  ledger = await createLedger();
  stack = createStack(ledger);
});
afterAll(async () => {
  await expectWholeLog(ledger);
  await stack.stop();
  await ledger.drop();
});

describe('random histories', () => {
  test('S22 a revert of the last changes brings back exactly what was, and a revert of it what was then', async () => {
    await fc.assert(
      fc.asyncProperty(
        randomCommands({ length: 24 }),
        fc.double({ min: 0, max: 1, noNaN: true }),
        async (commands, part) => {
          for (const command of commands) await stack.submit(command);
          const log = await readLog(ledger);
          const [last, first] = [log.length, Math.max(log.length - 40, 0)];
          const after = Math.min(first + Math.floor((last - first) * part), last - 1);
          const reverted = granted(await revert(stack, { what: { after, last } }));
          const then = await readLog(ledger);
        if (process.env.DBG) { const f = await import('node:fs'); f.writeFileSync('/tmp/revert-log.json', then.slice(after).map((e) => JSON.stringify(e)).join('\n') + `\nlast ${last}`); }
          expect(await seenNow(ledger, then)).toEqual(seenAt(log, after));
          if (!reverted.changed) return;
          granted(await revert(stack, { what: { command: then.at(-1)?.command ?? '' } }));
          expect(await seenNow(ledger, await readLog(ledger))).toEqual(seenAt(log, last));
        },
      ),
      { numRuns: Number(process.env.RUNS ?? 12), endOnFailure: true },
    );
  }, 300_000);
});
