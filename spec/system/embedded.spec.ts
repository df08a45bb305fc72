import { stat } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { connect } from '../../client/index.ts';
import { isRunning, waitForEnd } from '../../server/database/embedded/process.ts';
import { OperatorFolder, OperatorServer } from '../support/embedded-server.ts';
import { figure } from '../support/scale.ts';

/** The tests follow each other as an operator's day does: first start, restart, crash. */
describe.sequential('P1 P11 the embedded server, in a folder with nothing but ports in its setting.ini', () => {
  let home: OperatorFolder;
  let password: string;
  const started: OperatorServer[] = [];

  beforeAll(async () => {
    home = await OperatorFolder.make();
  });
  afterEach(async () => {
    await Promise.all(started.splice(0).map((server) => server.end('SIGKILL')));
  });
  afterAll(() => home.remove());

  async function start(): Promise<OperatorServer> {
    const server = new OperatorServer(home.folder);
    started.push(server);
    return await server.running();
  }

  async function readRow(): Promise<unknown> {
    await using ledger = connect(home.address);
    return (await ledger.get('kept', 'a')).row;
  }

  test('the first start makes an administrator and prints the password once; SIGINT leaves no process', {
    timeout: 60_000,
  }, async () => {
    const before = performance.now();
    const server = await start();
    figure(`embedded: first start ${Math.round(performance.now() - before)} ms`);
    password = server.password ?? '';
    expect(server.printed.split(password)).toHaveLength(2);
    expect(password).toMatch(/^[a-z2-9]{5}(-[a-z2-9]{5}){3}$/);
    {
      await using admin = connect(home.address);
      await admin.login('admin', password);
      await admin.createTable({ name: 'kept', key: 'id', columns: [{ name: 'id', type: 'text' }] });
      await admin.insert('kept', { id: 'a' });
    }
    const postgres = await home.postgres();
    expect(postgres.length).toBeGreaterThan(0);
    expect(await server.end('SIGINT')).toBe(0);
    for (const one of postgres) expect(await isRunning(one)).toBe(false);
    expect(await home.postgres()).toEqual([]);
  });

  test('P9 a second terminal in the same folder needs nothing but the password to log in, over encrypted sockets', {
    timeout: 60_000,
  }, async () => {
    const server = await start();
    expect(server.printed).toContain(`Rowcast is running on ${home.address}`);
    expect(home.address).toMatch(/&key=[A-Za-z0-9_-]{43}$/);
    const { code, printed } = await home.rowcast(['login', 'admin', '--password-stdin'], password);
    expect(printed).toContain('admin');
    expect(code).toBe(0);
  });

  test('the password is kept nowhere, and what is kept is closed to others', async () => {
    const { mode } = await stat(join(home.data, 'administrators.ini'));
    expect(mode & 0o077).toBe(0);
    expect((await stat(home.data)).mode & 0o022).toBe(0);
  });

  test('P1 the second start has the data and the same administrator, and prints no password', {
    timeout: 60_000,
  }, async () => {
    const server = await start();
    expect(server.password).toBeUndefined();
    expect(server.printed).not.toContain(password);
    expect(await readRow()).toEqual({ id: 'a' });
    await using admin = connect(home.address);
    await admin.login('admin', password);
    await admin.insert('kept', { id: 'b' });
  });

  test('P1 after kill -9 of the server the next one takes over its PostgreSQL, and nothing is lost', {
    timeout: 60_000,
  }, async () => {
    // The server of the test before was killed at its end.
    const orphans = await home.postgres();
    expect(orphans.length).toBeGreaterThan(0);
    const server = await start();
    const [postmaster] = orphans;
    expect(postmaster !== undefined && (await isRunning(postmaster))).toBe(true);
    await using ledger = connect(home.address);
    expect(await ledger.get('kept', 'b')).toMatchObject({ row: { id: 'b' }, seq: 3 });
    await server.end('SIGTERM');
    for (const one of orphans) expect(await waitForEnd(one, 10_000)).toBe(true);
    expect(await home.postgres()).toEqual([]);
  });

  test('P11 a second server on the same folder ends with the reason, and the first goes on', {
    timeout: 60_000,
  }, async () => {
    await start();
    const other = await OperatorFolder.make({ data: home.data });
    const second = new OperatorServer(other.folder);
    started.push(second);
    expect(await second.ended).toBe(1);
    expect(second.printed).toContain(`${home.data} is in use by the Rowcast server with process id`);
    expect(second.printed).toContain('stop that one, or name another folder');
    expect(await readRow()).toEqual({ id: 'a' });
    await other.remove();
  });

  test.each(['commandsPort', 'feedPort'] as const)(
    'P11 a %s that is taken: ends with the reason, and leaves no process',
    {
      timeout: 60_000,
    },
    async (port) => {
      // What the test before left running is taken over by this one, and stopped.
      const squatter = createServer();
      await new Promise<void>((resolve) => squatter.listen(home[port], '127.0.0.1', resolve));
      try {
        const server = new OperatorServer(home.folder);
        started.push(server);
        expect(await server.ended).toBe(1);
        expect(server.printed).toContain(`${home[port]}`);
        expect(server.printed).toMatch(/in use|has this port/);
        expect(server.printed).toContain('setting.ini');
        expect(await home.postgres()).toEqual([]);
      } finally {
        await new Promise((resolve) => squatter.close(resolve));
      }
    },
  );

  test('P1 SIGINT twice ends the server in the middle of its stopping, and the next start has everything', {
    timeout: 60_000,
  }, async () => {
    const server = await start();
    server.process.kill('SIGINT');
    await server.end('SIGINT');
    await start();
    expect(await readRow()).toEqual({ id: 'a' });
  });
});
