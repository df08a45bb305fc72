import { spawn, spawnSync } from 'node:child_process';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { docBlocks } from '../../../support/doc-page.ts';
import { GatewayStand } from '../../../support/gateway.ts';

const hasCurl = spawnSync('curl', ['--version']).status === 0;
const lines = docBlocks('WEB.md').filter(({ kind, name }) => kind === 'sh' && name === 'curl');

let stand: GatewayStand;
let cursor: string;

beforeAll(async () => {
  stand = await GatewayStand.start({ door: 'public' });
  const { admin } = stand;
  await admin.createTable({
    name: 'employees',
    key: 'id',
    columns: [
      { name: 'id', type: 'text' },
      { name: 'name', type: 'text' },
    ],
  });
  await admin.insert('employees', { id: 'E07', name: 'Ada' });
  const { seq, epoch } = await admin.status();
  cursor = `${seq}@${epoch}`;
  await admin.update('employees', 'E07', { name: 'Grace' });
});
afterAll(() => stand.stop());

/** Runs a line as a shell does; one that goes on is ended when it has printed what matches. */
async function run(line: string, until: RegExp): Promise<string> {
  const env = { ...process.env, WEB: `http://127.0.0.1:${stand.gateway.port}`, CURSOR: cursor };
  const child = spawn('sh', ['-c', `exec ${line}`], { env });
  let printed = '';
  let rename = 0;
  for await (const text of child.stdout) {
    printed += String(text);
    if (until.test(printed)) break;
    // What begins with the present needs something to happen.
    if (printed.includes('event: position') && !line.includes('CURSOR')) {
      rename += 1;
      await stand.admin.update('employees', 'E07', { name: `Grace ${rename}` });
    }
  }
  child.kill('SIGTERM');
  return printed;
}

/** Something of the table, as far as one can tell by then that the rest is there too. */
function wantedOf(line: string): RegExp {
  if (line.includes('/api/feed')) return /event: group\ndata: .*"table":"employees"/;
  if (line.includes('&proof')) return /^{"rowcast":"export proof"[\s\S]*"E07"/;
  return line.includes('format=csv') ? /E07,[\s\S]*\n/ : /"E07"[\s\S]*\n|"E07".*}$/;
}

test('the page has lines to run', () => {
  expect(lines.length).toBeGreaterThan(4);
});

// Where there is no curl there is nobody to type these lines.
test.skipIf(!hasCurl).each(lines.map(({ text }) => text.trim()))('P7: %s', { timeout: 30_000 }, async (line) => {
  const wanted = wantedOf(line);
  expect(await run(line, wanted)).toMatch(wanted);
});
