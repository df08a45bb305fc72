import { type ChildProcess, spawn } from 'node:child_process';
import { chmod, readFile, stat } from 'node:fs/promises';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { connect, formatAddress, parseAddress } from '../../client/index.ts';
import { connectionFile } from '../../settings/connection-file.ts';
import { freePorts } from '../support/free-ports.ts';
import { createLedger, type TestLedger } from '../support/ledger.ts';
import { type ServerProcess, spawnServer, type TestSettings, writeSettings } from '../support/server.ts';

const launcher = fileURLToPath(new URL('../../bin/rowcast.js', import.meta.url));

let ledger: TestLedger;
let settings: TestSettings;
let server: ServerProcess | undefined;

beforeEach(async () => {
  ledger = await createLedger();
});
afterEach(async () => {
  await server?.stop();
  server = undefined;
  await settings.remove();
  await ledger.drop();
});

interface Ended {
  readonly code: number | null;
  readonly output: string;
}

/** Runs a program to its end. */
function ended(child: ChildProcess): Promise<Ended> {
  let output = '';
  child.stdout?.on('data', (data: Buffer) => (output += data.toString()));
  child.stderr?.on('data', (data: Buffer) => (output += data.toString()));
  return new Promise((resolve) => child.once('close', (code) => resolve({ code, output })));
}

function rowcast(...words: readonly string[]): Promise<Ended> {
  const env = { ...process.env, XDG_STATE_HOME: settings.folder, ROWCAST_SERVER: '', NO_COLOR: '1' };
  return ended(spawn(process.execPath, [launcher, ...words], { cwd: tmpdir(), env }));
}

test('P9 P11 the server prints its connection string and leaves it for clients, whatever they know; another key gets nothing', {
  timeout: 60_000,
}, async () => {
  settings = await writeSettings(ledger);
  server = await spawnServer(settings);
  expect(server.output()).toContain(settings.address);
  const file = connectionFile(join(settings.folder, 'data', 'keys'));
  expect(await readFile(file, 'utf8')).toBe(`${settings.address}\n`);
  expect((await stat(file)).mode & 0o777).toBe(0o644);

  const status = await rowcast('status', '--server', settings.address);
  expect(status.output).toContain(`CURVE, server key ${settings.key}`);
  expect(status.output).toMatch(/command connections +\d/);

  // Somebody else's key, and none: the server is not spoken to.
  const other = 'vUfYGIF1d2mGsbnrlbk_6fh31H9BV5vKzdqEGZ0wSEo';
  for (const key of [other, undefined]) {
    await using wrong = connect(formatAddress({ ...parseAddress(settings.address), key }), { timeoutMs: 1_000 });
    await expect(wrong.status()).rejects.toMatchObject({ code: 'timeout' });
  }
});

test('P11 a key file that others can read ends the start with what to do', { timeout: 60_000 }, async () => {
  settings = await writeSettings(ledger);
  const path = join(settings.folder, 'data', 'keys', 'curve.key');
  await chmod(path, 0o644);
  const { code, output } = await rowcast('server', '--settings', settings.file);
  expect(code).toBe(1);
  expect(output).toContain(`run: chmod 600 ${path}`);
});

test('P9 on all addresses of the machine: prints one for here and one for elsewhere; both work', {
  timeout: 60_000,
}, async () => {
  const [commands, feed] = await freePorts(2);
  settings = await writeSettings(ledger, {
    commands: `tcp://0.0.0.0:${commands}`,
    feed: `tcp://0.0.0.0:${feed}`,
  });
  server = await spawnServer(settings);
  const printed = [...server.output().matchAll(/rowcast:\/\/\S+/g)].map(([address]) => address);
  expect(printed.map((address) => parseAddress(address).host)).toEqual(['127.0.0.1', hostname().toLowerCase()]);
  await using here = connect(printed[0] ?? '');
  expect(await here.status()).toMatchObject({ server: 'rowcast' });
});

test('P8 P11 fewer file descriptors than connections_max needs: a warning that says what to do, and a server that works', {
  timeout: 60_000,
}, async () => {
  settings = await writeSettings(ledger);
  // The soft and the hard limit: Node raises the one to the other.
  const command = `ulimit -n 320 && exec "${process.execPath}" "${launcher}" server --settings "${settings.file}"`;
  const child = spawn('sh', ['-c', command], { stdio: ['ignore', 'pipe', 'pipe'] });
  const end = ended(child);
  await using client = connect(settings.address, { timeoutMs: 20_000 });
  expect(await client.status()).toMatchObject({ server: 'rowcast' });
  child.kill('SIGTERM');
  const { code, output } = await end;
  expect(output).toMatch(/each socket takes 24 connections instead of 5000 \(connections_max\).*ulimit -n 13590/);
  expect(code).toBe(0);
});
