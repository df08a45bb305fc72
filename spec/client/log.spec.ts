import { expect, test } from 'vitest';
import { create } from './fake-author.ts';
import { insert, Stage } from './stage.ts';

async function stageOf(entries: number): Promise<Stage> {
  const stage = new Stage({ pageMax: 2 });
  stage.write(create('rate'));
  for (let n = 1; n < entries; n += 1) stage.write(insert(`k${n}`, { n }));
  await stage.quiet();
  return stage;
}

test.each([
  ['all of it', {}, [1, 2, 3, 4, 5, 6, 7]],
  ['what is behind a seq', { after: 4 }, [5, 6, 7]],
  ['as many as were asked for', { limit: 3 }, [1, 2, 3]],
  ['one table', { table: 'city' }, []],
])('the log is read over many pages: %s', async (_, options, expected) => {
  const stage = await stageOf(7);
  const seqs: number[] = [];
  const reading = (async () => {
    for await (const { entry } of stage.ledger.readLog(options)) seqs.push(entry.seq);
  })();
  await stage.quiet();
  await reading;
  expect(seqs).toEqual(expected);
  await stage.ledger.close();
});

test('S16 two lives of a ledger are never read as one log', async () => {
  const stage = await stageOf(7);
  const pages = stage.ledger.readLogPages();
  const first = pages.next();
  await stage.quiet();
  expect((await first).value).toMatchObject({ epoch: 'epoch-0', last: 2 });
  // The second page was on its way already; the third is asked for in the next life.
  stage.server.restore(7);
  const second = pages.next();
  await stage.quiet();
  await second;
  const third = expect(pages.next()).rejects.toMatchObject({ code: 'wrong_epoch' });
  await stage.quiet();
  await third;
  await stage.ledger.close();
});
