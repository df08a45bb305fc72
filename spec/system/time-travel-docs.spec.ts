import { mkdtemp, rm } from 'node:fs/promises';
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
  await ada.run(['sample', 'employees']);
  folder = await mkdtemp(join(tmpdir(), 'rowcast-time-travel-docs-'));
});
afterAll(async () => {
  await rm(folder, { recursive: true, force: true });
  await ada.remove();
  await admin.close();
  await server.stop();
  await ledger.drop();
});

test('docs/TIME_TRAVEL.md, line by line, does what it says', async () => {
  let firstOfBlock = '';
  for (const { kind, text } of docBlocks('TIME_TRAVEL.md')) {
    if (kind === 'text') expect(firstOfBlock).toBe(text);
    if (kind !== 'sh') continue;
    const lines = text.trim().split('\n');
    for (const [index, line] of lines.entries()) {
      const [, , ...words] = splitWords(line);
      const { exit, out, err } = await ada.run(words);
      expect(exit, `${line}\n${err}`).toBe(0);
      if (index === 0) firstOfBlock = out;
    }
  }
  expect(await admin.get('employees', 'E08')).toMatchObject({ version: 1 });
}, 60_000);

test('its example in code does what it says', async () => {
  const code = docBlocks('TIME_TRAVEL.md').find(({ kind }) => kind === 'ts')?.text ?? '';
  const given = { address: server.address, token: admin.token };
  const { stdout, stderr } = await runExample({ code, folder, given });
  expect(stderr).toBe('');
  expect(stdout).toContain('Tomás');
  expect(stdout).toContain('ada foreman undefined');
  expect(stdout).toMatch(/update E07 \{\s+role: 'engineer'/);
}, 30_000);
