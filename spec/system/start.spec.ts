import { execFileSync } from 'node:child_process';
import { createServer } from 'node:net';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { knownProcess, waitForEnd } from '../../server/database/embedded/process.ts';
import { OperatorFolder, OperatorServer } from '../support/embedded-server.ts';
import { freePorts } from '../support/free-ports.ts';
import { GatewayReader } from '../support/gateway.ts';

let home: OperatorFolder;
let port = 0;
const started: OperatorServer[] = [];

beforeAll(async () => {
  home = await OperatorFolder.make();
  [port = 0] = await freePorts(1);
});
afterEach(async () => {
  for (const server of started.splice(0)) await server.end('SIGTERM');
});
afterAll(() => home.remove());

async function start(words: readonly string[] = ['--listen', `127.0.0.1:${port}`]): Promise<OperatorServer> {
  const server = new OperatorServer(home.folder, ['start', ...words]);
  started.push(server);
  return await server.running();
}

function addresses({ printed }: OperatorServer): string[] {
  return printed.match(/http:\/\/127\.0\.0\.1:\d+\/\?pass=\S+/g) ?? [];
}

/** The process of the gateway that a server has started. */
function gatewayOf(server: OperatorServer): number {
  const printed = execFileSync('ps', ['-o', 'pid=,args=', '--ppid', String(server.process.pid)]).toString();
  const line = printed.split('\n').find((one) => one.includes('start/gateway.js')) ?? '';
  return Number(/\d+/.exec(line)?.[0] ?? Number.NaN);
}

/** Asks until it is answered so. */
async function answers(reader: GatewayReader, status: number): Promise<void> {
  const asked = async (): Promise<number> => (await reader.post('session.status').catch(() => ({ status: 0 }))).status;
  await expect.poll(asked, { timeout: 30_000 }).toBe(status);
}

test('one address, the administrator, and a page that stays let in', { timeout: 240_000 }, async () => {
  const server = await start();
  expect(addresses(server)).toHaveLength(1);
  expect(server.password).toBeDefined();
  const reader = new GatewayReader(port);
  await reader.open(addresses(server)[0] ?? '');
  await answers(reader, 200);

  // A gateway that is killed comes back, at the same place, to the same browser; the server does not notice.
  process.kill(gatewayOf(server), 'SIGKILL');
  await expect.poll(() => server.printed, { timeout: 30_000 }).toContain('The page is there again');
  expect(server.printed).toContain("The page's gateway has ended (SIGKILL)");
  await answers(reader, 200);

  // Ctrl-C ends both, and the next start knows the browser.
  const gateway = await knownProcess(gatewayOf(server));
  expect(await server.end('SIGINT')).toBe(0);
  expect(await waitForEnd(gateway, 1_000)).toBe(true);
  started.length = 0;
  const next = await start();
  expect(next.password).toBeUndefined();
  await answers(reader, 200);

  // The gateway does not outlive a server that was killed.
  const orphan = await knownProcess(gatewayOf(next));
  await next.end('SIGKILL');
  expect(await waitForEnd(orphan, 10_000)).toBe(true);
});

test('P11 a port that was named and is taken: ends with what to do', { timeout: 120_000 }, async () => {
  const squatter = createServer();
  await new Promise<void>((resolve) => squatter.listen(port, '127.0.0.1', resolve));
  try {
    const server = new OperatorServer(home.folder, ['start', '--listen', `127.0.0.1:${port}`]);
    started.push(server);
    expect(await server.ended).toBe(1);
    expect(server.printed).toContain(`port ${port} is in use on 127.0.0.1 by another program`);
    expect(await home.postgres()).toEqual([]);
  } finally {
    await new Promise((resolve) => squatter.close(resolve));
  }
});

test('P11 a private door to the network: ends with what to do', { timeout: 120_000 }, async () => {
  const server = new OperatorServer(home.folder, ['start', '--listen', `0.0.0.0:${port}`]);
  started.push(server);
  expect(await server.ended).toBe(1);
  expect(server.printed).toContain('0.0.0.0 is reached from the network');
  expect(server.printed).toContain('door = public');
});
