import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { splitWords } from '../../client/cli/syntax/words.ts';
import { DocStand, docBlocks, runExample } from '../support/doc-page.ts';

let stand: DocStand;

beforeAll(async () => {
  stand = await DocStand.start();
});
afterAll(async () => {
  await stand.stop();
});

const blocks = docBlocks('IMPORT.md');

test('docs/IMPORT.md, block by block, does and says what it says', async () => {
  let shown = '';
  for (const { kind, name, text } of blocks) {
    if (kind === 'csv') await writeFile(join(stand.folder, name), text);
    else if (kind === 'text') expect(shown).toBe(text);
    else if (kind === 'sh') shown = await run(text.trim());
  }
  expect((await stand.admin.tables()).tables).toMatchObject([{ definition: { name: 'rates' }, rows: 2 }]);
}, 30_000);

async function run(line: string): Promise<string> {
  const [, , ...words] = splitWords(line).map((word) => (word.endsWith('.csv') ? join(stand.folder, word) : word));
  const { out, err } = await stand.ada.run(words);
  return out + err.replace(/^look at it: .*\n/m, '');
}

test('its example in code does what it says', async () => {
  const code = blocks.find(({ kind }) => kind === 'ts')?.text ?? '';
  const { stdout, stderr } = await runExample({
    code,
    folder: stand.folder,
    given: { address: stand.address, token: stand.admin.token },
  });
  expect([stdout, stderr]).toEqual([expect.stringContaining('inserts: 2, updates: 1, deletes: 0'), '']);
  expect((await stand.admin.tables()).tables).toMatchObject([{ rows: 4 }]);
}, 30_000);
