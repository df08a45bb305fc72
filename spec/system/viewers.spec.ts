import { nanoid } from 'nanoid';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { connect, type Ledger, type RowcastError, type Watch } from '../../client/index.ts';
import { createLedger, type TestLedger } from '../support/ledger.ts';
import { figure } from '../support/scale.ts';
import { administrator, startTestServer, type TestServer } from '../support/server.ts';

const password = 'battery staple horse';

let ledger: TestLedger;
let server: TestServer;
let admin: Ledger;
beforeAll(async () => {
  ledger = await createLedger();
  server = await startTestServer(ledger, { viewers: 'login' });
  admin = connect(server.address);
  await admin.login(administrator.name, administrator.password);
  await admin.createTable({
    name: 'rates',
    key: 'id',
    columns: [
      { name: 'id', type: 'text' },
      { name: 'n', type: 'integer' },
    ],
  });
});
afterAll(async () => {
  await admin.close();
  await server.stop();
  await ledger.drop();
});

/** A viewer with an account of their own who watches the table, live. */
interface Viewer extends AsyncDisposable {
  readonly user: string;
  readonly ledger: Ledger;
  readonly watch: Watch;
  /** Resolves when the row was seen. */
  sees(key: string): Promise<void>;
  /** Resolves with what ended the watch. */
  readonly ended: Promise<RowcastError>;
}

async function viewer(): Promise<Viewer> {
  const user = `v${nanoid(8)}`.replaceAll('-', '_');
  await admin.accounts.add({ user, role: 'viewer', password });
  const own = connect(server.address);
  await own.login(user, password);
  const watch = own.watch({ table: 'rates' });
  const seen = new Set<string>();
  let look: () => void = () => undefined;
  const until = async (isThere: () => boolean): Promise<void> => {
    while (!isThere()) await new Promise<void>((resolve) => (look = resolve));
  };
  const ended = (async () => {
    try {
      for await (const event of watch) {
        if (event.type === 'group') for (const { entry } of event.changes) if ('key' in entry) seen.add(entry.key);
        look();
      }
    } catch (error) {
      return error as RowcastError;
    }
    throw new Error('the watch ended without a reason');
  })();
  ended.catch(() => undefined);
  await until(() => watch.state === 'live');
  return {
    user,
    ledger: own,
    watch,
    ended,
    sees: (key) => until(() => seen.has(key)),
    [Symbol.asyncDispose]: () => own.close(),
  };
}

async function write(): Promise<string> {
  const id = nanoid();
  await admin.insert('rates', { id, n: 1 });
  return id;
}

describe('P9 with viewers = login', () => {
  test('nobody reads or watches without an account, and is told so', async () => {
    await using stranger = connect(server.address);
    await expect(stranger.tables()).rejects.toMatchObject({ code: 'login_required' });
    const watch = stranger.watch({ table: 'rates' });
    await expect(
      (async () => {
        for await (const event of watch) if (event.type !== 'state') throw new Error('something was delivered');
      })(),
    ).rejects.toMatchObject({ code: 'login_required' });
  });

  test('who has logged in sees every change', async () => {
    await using one = await viewer();
    await one.sees(await write());
  });

  test.each([
    ['a logout', async (gone: Viewer) => gone.ledger.logout()],
    ['the account’s removal', async ({ user }: Viewer) => admin.accounts.remove(user)],
    ['its disabling', async ({ user }: Viewer) => admin.accounts.change(user, { disabled: true })],
    [
      'expiry',
      async ({ user }: Viewer) => {
        await ledger.query(`UPDATE session SET expires = clock_timestamp() WHERE "user" = $1`, [user]);
      },
    ],
  ])('P5 P9 %s closes the feed within 5 s; others lose nothing', { timeout: 60_000 }, async (what, end) => {
    await using staying = await viewer();
    await using leaving = await viewer();
    const before = await admin.status();
    const began = performance.now();
    await end(leaving);
    while ((await admin.status()).counters.feedReopened === before.counters.feedReopened) {
      expect(performance.now() - began, 'the feed was not closed').toBeLessThan(5_000);
    }
    figure(`viewers: ${what} closed the feed after ${Math.round(performance.now() - began)} ms`);
    const key = await write();
    await staying.sees(key);
    expect(await leaving.ended).toMatchObject({ code: expect.stringMatching(/session_expired|login_required/) });
  });
});
