import { generateKeyPairSync } from 'node:crypto';
import { nanoid } from 'nanoid';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { Subscriber } from 'zeromq';
import { connect, type Ledger, parseAddress, type RowcastError, type Watch } from '../../client/index.ts';
import { toZ85 } from '../../protocol/curve.ts';
import { Reader } from '../server/transport/feed-stand.ts';
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

/** A subscriber of the viewer's session that uses nothing of the client's but ZeroMQ: it counts what its own socket is given. */
async function ownSocket({ ledger: own }: Viewer): Promise<Reader & Disposable> {
  const { x: publicKey = '', d: secretKey = '' } = generateKeyPairSync('x25519').privateKey.export({ format: 'jwk' });
  await own.request({ type: 'feed.open', key: publicKey });
  const { key = '', feedPort } = parseAddress(server.address);
  const socket = new Subscriber({
    ...{ linger: 0, reconnectInterval: 50, curveServerKey: toZ85(key) },
    ...{ curvePublicKey: toZ85(publicKey), curveSecretKey: toZ85(secretKey) },
  });
  const reader = Object.assign(new Reader(socket, feedPort), { [Symbol.dispose]: () => socket.close() });
  // It is shut out and comes back when another session ends; here it is in.
  await reader.given(1);
  return reader;
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
    [
      'idleness',
      async ({ user }: Viewer) => {
        const idle = `UPDATE session SET used = clock_timestamp() - interval '2 hours' WHERE "user" = $1`;
        await ledger.query(idle, [user]);
      },
    ],
    [
      'revocation',
      async ({ user }: Viewer) => {
        for (const { session } of await admin.accounts.sessions(user)) {
          expect(await admin.accounts.revoke(session)).toBe(true);
        }
      },
    ],
    ['another password', async ({ user }: Viewer) => admin.accounts.change(user, { password: `${password} again` })],
  ])('P5 P9 %s closes the feed within 5 s; others lose nothing', { timeout: 60_000 }, async (what, end) => {
    await using staying = await viewer();
    await using leaving = await viewer();
    using socket = await ownSocket(leaving);
    const cutBefore = socket.turned;
    const began = performance.now();
    await end(leaving);
    await socket.turnedAway(cutBefore + 1);
    const tookMs = performance.now() - began;
    figure(`viewers: ${what} closed the socket of who left after ${Math.round(tookMs)} ms`);
    expect(tookMs).toBeLessThan(5_000);
    // What had come before it was closed is read by then; it tries to come back, and is refused at the handshake.
    await socket.turnedAway(cutBefore + 2);
    const had = socket.messages;
    await staying.sees(await write());
    await staying.sees(await write());
    expect(socket.messages).toBe(had);
    expect(await leaving.ended).toMatchObject({ code: expect.stringMatching(/session_expired|login_required/) });
  });
});
