import { afterAll, beforeAll, expect, test } from 'vitest';
import { splitWords } from '../../client/cli/syntax/words.ts';
import { DocStand, docBlocks, runExample } from '../support/doc-page.ts';

let stand: DocStand;

beforeAll(async () => {
  stand = await DocStand.start();
  await stand.ada.run(['sample', 'employees']);
});
afterAll(async () => {
  await stand.stop();
});

test('docs/TIME_TRAVEL.md, line by line, does what it says', async () => {
  let firstOfBlock = '';
  for (const { kind, text } of docBlocks('TIME_TRAVEL.md')) {
    if (kind === 'text') expect(firstOfBlock).toBe(text);
    if (kind !== 'sh') continue;
    const lines = text.trim().split('\n');
    for (const [index, line] of lines.entries()) {
      const [, , ...words] = splitWords(line);
      const { exit, out, err } = await stand.ada.run(words);
      expect(exit, `${line}\n${err}`).toBe(0);
      if (index === 0) firstOfBlock = out;
    }
  }
  expect(await stand.admin.get('employees', 'E08')).toMatchObject({ version: 1 });
}, 60_000);

test('its example in code does what it says', async () => {
  const code = docBlocks('TIME_TRAVEL.md').find(({ kind }) => kind === 'ts')?.text ?? '';
  const given = { address: stand.address, token: stand.admin.token };
  const { stdout, stderr } = await runExample({ code, folder: stand.folder, given });
  expect(stderr).toBe('');
  expect(stdout).toContain('Tomás');
  expect(stdout).toContain('ada foreman undefined');
  expect(stdout).toMatch(/until \S+Z \(#\d+\): \d+ changes/);
  expect(stdout).toMatch(/update E07 \{\s+role: 'engineer'/);
}, 30_000);
