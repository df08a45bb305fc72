import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { splitWords } from '../../client/cli/syntax/words.ts';
import { connect, type Ledger } from '../../client/index.ts';
import { docBlocks, runExample } from '../support/doc-page.ts';
import { createLedger, type TestLedger } from '../support/ledger.ts';
import { Person } from '../support/program.ts';
import { administrator, startTestServer, type TestServer } from '../support/server.ts';

let ledger: TestLedger;
let server: TestServer;
let admin: Ledger;
let ada: Person;
let folder: string;

beforeAll(async () => {
  ledger = await createLedger();
  server = await startTestServer(ledger);
  admin = connect(server.address);
  await admin.login(administrator.name, administrator.password);
  ada = await Person.at(server.address);
  await ada.done(['login', administrator.name, '--password-stdin'], [administrator.password]);
  folder = await mkdtemp(join(tmpdir(), 'rowcast-import-docs-'));
});
afterAll(async () => {
  await rm(folder, { recursive: true, force: true });
  await ada.remove();
  await admin.close();
  await server.stop();
  await ledger.drop();
});

const blocks = docBlocks('IMPORT.md');

test('docs/IMPORT.md, block by block, does and says what it says', async () => {
  let shown = '';
  for (const { kind, name, text } of blocks) {
    if (kind === 'csv') await writeFile(join(folder, name), text);
    else if (kind === 'text') expect(shown).toBe(text);
    else if (kind === 'sh') shown = await run(text.trim());
  }
  expect((await admin.tables()).tables).toMatchObject([{ definition: { name: 'rates' }, rows: 2 }]);
}, 30_000);

async function run(line: string): Promise<string> {
  const [, , ...words] = splitWords(line).map((word) => (word.endsWith('.csv') ? join(folder, word) : word));
  const { out, err } = await ada.run(words);
  return out + err.replace(/^look at it: .*\n/m, '');
}

test('its example in code does what it says', async () => {
  const code = blocks.find(({ kind }) => kind === 'ts')?.text ?? '';
  const { stdout, stderr } = await runExample({ code, folder, given: { address: server.address, token: admin.token } });
  expect([stdout, stderr]).toEqual([expect.stringContaining('inserts: 2, updates: 1, deletes: 0'), '']);
  expect((await admin.tables()).tables).toMatchObject([{ rows: 4 }]);
}, 30_000);
