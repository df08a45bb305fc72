import { join } from 'node:path';
import { Readable } from 'node:stream';
import fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { splitWords } from '../../client/cli/syntax/words.ts';
import type { FileFormat, Step } from '../../client/index.ts';
import { columnTypes } from '../../protocol/values.ts';
import { rowOf } from '../protocol/arbitraries.ts';
import { DocStand, docBlocks, runExample } from '../support/doc-page.ts';

let stand: DocStand;

beforeAll(async () => {
  stand = await DocStand.start();
  await stand.ada.run(['sample', 'employees']);
  await stand.admin.tag('2025-closed');
});
afterAll(async () => {
  await stand.stop();
});

const blocks = docBlocks('EXPORT.md');

test('docs/EXPORT.md, line by line, does what it says', async () => {
  const lines = blocks.flatMap(({ kind, text }) => (kind === 'sh' ? text.trim().split('\n') : []));
  expect(lines.length).toBeGreaterThan(7);
  let verified = '';
  // What goes on into the present has no end.
  for (const line of lines.filter((one) => !one.includes('play employees'))) {
    const [, , ...words] = splitWords(line).map((word) =>
      /\.(csv|ndjson)$/.test(word) ? join(stand.folder, word) : word,
    );
    const { exit, out, err } = await stand.ada.run(words);
    expect(exit, `${line}\n${err}`).toBe(0);
    if (words[0] === 'verify') verified = out;
  }
  const shown = blocks.find(({ kind }) => kind === 'text')?.text ?? '';
  const first = (text: string): string[] => text.split('\n').map((line) => line.slice(0, 30).replace(/\d+/g, '0'));
  expect(first(verified.replace(stand.folder, ''))).toEqual(first(shown.replace('verified ', 'verified /')));
}, 30_000);

test('its example in code does what it says', async () => {
  const code = blocks.find(({ kind, text }) => kind === 'ts' && text.startsWith('import'))?.text ?? '';
  const { stdout, stderr } = await runExample({ code, folder: stand.folder, given: { address: stand.address } });
  expect([stdout, stderr]).toEqual([expect.stringContaining('complete: true'), '']);
}, 30_000);

test('a table that reads its own export back is as it was: every type, keys of its own, empty cells and texts', async () => {
  const columns = columnTypes.map((type) => ({ name: `a ${type}, "so"`, type }));
  await stand.admin.createTable({ name: 'all', columns });
  const rows = fc.sample(rowOf(columns), { numRuns: 60, seed: 20_261_125 });
  await stand.admin.batch(rows.map((row): Step => ({ type: 'row.insert', table: 'all', row })));
  const { seq } = await stand.admin.status();
  for (const format of ['csv', 'json', 'ndjson'] satisfies FileFormat[]) {
    const parts: Buffer[] = [];
    for await (const text of stand.admin.exportTable('all', { format, asOf: { seq } })) parts.push(Buffer.from(text));
    await using plan = await stand.admin.import(Readable.from(parts), { table: 'all', mode: 'mirror', format });
    expect(plan.preview, format).toMatchObject({
      problemCount: 0,
      counts: { inserts: 0, updates: 0, deletes: 0, unchanged: 60 },
    });
  }
});
