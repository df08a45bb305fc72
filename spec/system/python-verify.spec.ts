import { spawn, spawnSync } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { connect } from '../../client/index.ts';
import { createLedger, type TestLedger } from '../support/ledger.ts';
import { administrator, startTestServer, type TestServer } from '../support/server.ts';

const program = fileURLToPath(new URL('../../docs/examples/verify.py', import.meta.url));

const python = ['python3', '/usr/bin/python3'].find(
  (name) => spawnSync(name, ['-c', 'import zmq, cryptography']).status === 0,
);
if (python === undefined) {
  console.log(
    'skipped: the Python verifier (on Debian: apt-get install python3-zmq python3-cryptography brings what it imports)',
  );
}

let ledger: TestLedger;
let server: TestServer;
let folder: string;
beforeAll(async () => {
  ledger = await createLedger();
  server = await startTestServer(ledger, { self_check_changes_per_second: '0' });
  folder = await mkdtemp(join(tmpdir(), 'rowcast-verify-'));
});
afterAll(async () => {
  await server.stop();
  await ledger.drop();
  await rm(folder, { recursive: true, force: true });
});

interface Ended {
  readonly code: number | null;
  readonly output: string;
}

async function verify(...words: readonly string[]): Promise<Ended> {
  const child = spawn(python ?? 'python3', [program, server.address, ...words], { stdio: ['ignore', 'pipe', 'pipe'] });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (data: Buffer) => (output += data.toString()));
  const code = await new Promise<number | null>((resolve) => child.once('close', resolve));
  return { code, output };
}

async function write(rows: number, from: number): Promise<void> {
  await using admin = connect(server.address);
  await admin.login(administrator.name, administrator.password);
  if (from === 0) await admin.createTable({ name: 'rates', key: 'id', columns: [{ name: 'id', type: 'integer' }] });
  for (let id = from; id < from + rows; id += 1) await admin.insert('rates', { id });
}

describe.skipIf(python === undefined)('P10 a verifier in another language, from the document alone', () => {
  test('verifies checkpoint and inclusion, and that a later log continues the kept one; a changed entry is found', {
    timeout: 60_000,
  }, async () => {
    const keep = join(folder, 'kept.json');
    await write(20, 0);
    expect(await verify('7', '--keep', keep)).toMatchObject({
      code: 0,
      output: expect.stringMatching(/entry 7 is in/),
    });
    await write(30, 20);
    const later = await verify('40', '--keep', keep);
    expect(later).toMatchObject({ code: 0, output: expect.stringMatching(/continues the 21 entries of before/) });

    // What was kept is another log of that size: as good as one that was rewritten.
    const kept = JSON.parse(await readFile(keep, 'utf8')) as { verifier: string; checkpoint: string };
    const forged = kept.checkpoint.replace(/\n51\n/, '\n50\n');
    await writeFile(keep, JSON.stringify({ ...kept, checkpoint: forged }));
    expect(await verify('7', '--keep', keep)).toMatchObject({ code: 1, output: expect.stringMatching(/TAMPERED/) });

    await ledger.query(`
      SET session_replication_role = replica;
      UPDATE change SET entry = replace(entry, '"insert"', '"Insert"') WHERE seq = 7;
      RESET session_replication_role`);
    expect(await verify('7')).toMatchObject({ code: 1, output: expect.stringMatching(/TAMPERED: entry 7 is not in/) });
  });
});
