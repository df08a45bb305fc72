import { expect, test } from 'vitest';
import { LoadAhead } from '../../../../server/commands/large/load-ahead.ts';
import type { DecidedStep } from '../../../../server/domain/planned-step.ts';
import { Draft, type LedgerState, type TableState } from '../../../../server/domain/state.ts';

const table: TableState = { id: 1, definition: { name: 't', key: 'id', columns: [] } };
const noRows: LedgerState = {
  table: () => table,
  row: () => undefined,
  holder: () => undefined,
  survey: () => ({ problems: [], more: 0 }),
  sealed: () => new Set(),
  opened: () => undefined,
};

const row = (key: string): DecidedStep[] => [{ type: 'row.delete', table: 't', key }];
const drop = (name: string): DecidedStep[] => [{ type: 'table.drop', table: name }];

/** The key or the table that a chunk is about. */
const nameOf = ([step]: readonly DecidedStep[]): string =>
  JSON.stringify(step).match(/"(?:key|table)":"([^t"]\w*)"/)?.[1] ?? '';

/** What was taken from the source, loaded and decided, in this order. Every decision leaves its row at version 1. */
async function follow(chunks: readonly DecidedStep[][], from: LedgerState = noRows) {
  const seen: string[] = [];
  const versions: (number | undefined)[] = [];
  const ahead = new LoadAhead((steps) => {
    seen.push(`load ${nameOf(steps)}`);
    return Promise.resolve(from);
  });
  async function* source() {
    for (const steps of chunks) {
      seen.push(`take ${nameOf(steps)}`);
      yield steps;
    }
  }
  for await (const { steps, state } of ahead.chunks(source())) {
    const draft = new Draft(await state());
    const name = nameOf(steps);
    seen.push(`decide ${name}`);
    const { version = 0 } = draft.row(table, name) ?? {};
    versions.push(version);
    draft.setRow(table, name, { key: name, version: version + 1, seq: 1, at: '', by: '', cells: {} });
    ahead.decided(draft);
  }
  return { seen, versions };
}

test('a chunk is loaded before the one ahead of it is decided, and no more than one', async () => {
  const { seen } = await follow([row('a'), row('b'), row('c')]);
  const inOrder = 'take a, load a, take b, load b, decide a, take c, load c, decide b, decide c';
  expect(seen.join(', ')).toBe(inOrder);
});

test('what was decided since a chunk was loaded is laid over it, and of what was decided before nothing', async () => {
  expect((await follow([row('a'), row('a'), row('b'), row('a')])).versions).toEqual([0, 1, 0, 0]);
});

test('nothing is loaded past a change of tables, nor taken from the source', async () => {
  const { seen } = await follow([row('a'), drop('x'), row('b'), row('c')]);
  expect(seen.join(', ')).toBe(
    'take a, load a, take x, decide a, load x, decide x, take b, load b, take c, load c, decide b, decide c',
  );
});

test('chunks that come in between are asked for by themselves, and laid over those that wait', async () => {
  const ahead = new LoadAhead(() => Promise.resolve(noRows));
  const waiting = ahead.ask(row('a'));
  for (const version of [1, 2]) {
    const between = await ahead.ask(row('a')).state();
    expect(between.row(table, 'a')).toBeUndefined();
    const draft = new Draft(between);
    draft.setRow(table, 'a', { key: 'a', version, seq: 1, at: '', by: '', cells: {} });
    ahead.decided(draft);
  }
  expect((await waiting.state()).row(table, 'a')).toMatchObject({ version: 2 });
});

test('what fails to load is told at its turn, and to nobody when its turn does not come', async () => {
  const failure = new Error('the connection was lost');
  const ahead = new LoadAhead(() => Promise.reject(failure));
  const [told, untold] = [ahead.ask(row('a')), ahead.ask(row('b'))];
  // An unhandled rejection would have been told of by now, and ends a server.
  await new Promise(setImmediate);
  await expect(told.state()).rejects.toBe(failure);
  expect(untold.steps).toEqual(row('b'));
});
