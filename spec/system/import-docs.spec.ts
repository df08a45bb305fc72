import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { splitWords } from '../../client/cli/syntax/words.ts';
import { connect, type Ledger } from '../../client/index.ts';
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

/** Code blocks of the page, in order: what stands behind the ``` and what is in them. */
const blocks = [
  ...readFileSync(new URL('../../docs/IMPORT.md', import.meta.url), 'utf8').matchAll(
    /^```(\S*) ?(\S*)\n([\s\S]*?)^```$/gm,
  ),
].map(([, kind, name = '', text = '']) => ({ kind, name, text }));

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
  const door = new URL('../../client/index.ts', import.meta.url).pathname;
  const file = join(folder, 'example.mts');
  const given = `const [address, token] = ${JSON.stringify([server.address, admin.token])};\n`;
  await writeFile(file, given + code.replace("'rowcast'", JSON.stringify(door)));
  const tsx = new URL('../../node_modules/tsx/dist/cli.mjs', import.meta.url).pathname;
  const { stdout, stderr } = await promisify(execFile)(process.execPath, [tsx, file], { cwd: folder });
  expect([stdout, stderr]).toEqual([expect.stringContaining('inserts: 2, updates: 1, deletes: 0'), '']);
  expect((await admin.tables()).tables).toMatchObject([{ rows: 4 }]);
}, 30_000);
