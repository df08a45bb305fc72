import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { webViewers } from '../../bench/web-viewers.ts';
import { connect, type Ledger } from '../../client/index.ts';
import { freePorts } from '../support/free-ports.ts';
import { GatewayReader } from '../support/gateway.ts';
import { GatewayProcess } from '../support/gateway-process.ts';
import { createLedger, type TestLedger } from '../support/ledger.ts';
import { figure, isLong, scale } from '../support/scale.ts';
import { administrator, type ServerProcess } from '../support/server.ts';
import { spawnOn } from '../support/spawned.ts';

/** Milliseconds that the slowest viewer may be behind the one in the middle, as a rule: a round of writes to all of them. */
const apartMsMax = 50;

let ledger: TestLedger;
let server: ServerProcess;
let gateway: GatewayProcess;
let admin: Ledger;
let port = 0;
let folder = '';

beforeAll(async () => {
  [port = 0] = await freePorts(1);
  ledger = await createLedger();
  server = await spawnOn(ledger, {});
  folder = await mkdtemp(join(tmpdir(), 'rowcast-web-'));
  const { address } = server.settings;
  gateway = await GatewayProcess.start({ server: address, folder, port, words: ['--public', '--viewers-max', '1000'] });
  admin = connect(address);
  await admin.login(administrator.name, administrator.password);
  await admin.createTable({
    name: 't',
    key: 'id',
    columns: [
      { name: 'id', type: 'text' },
      { name: 'n', type: 'integer' },
    ],
  });
});
afterAll(async () => {
  await admin?.close();
  await gateway?.close();
  await server?.stop();
  await server?.settings.remove();
  await ledger?.drop();
  await rm(folder, { recursive: true, force: true });
});

test('P5, P8: many viewers of one gateway see every change, each once and in order, beside one who reads nothing', {
  timeout: 180_000,
}, async () => {
  const stalled = await new GatewayReader(port).feed();
  stalled.stall();
  const viewers = scale(100, 500);
  const options = { port, admin, table: 't', viewers, changes: scale(200, 2_000), perSecond: 100 };
  const { exact, medianMs, p99Ms, worstMedianMs } = await webViewers(options);
  figure(
    `web: ack to one of ${viewers} viewers, all in one process, median ${Math.round(medianMs)} ms, ` +
      `p99 ${Math.round(p99Ms)} ms, the slowest viewer's median ${Math.round(worstMedianMs)} ms`,
  );
  expect(exact).toBe(viewers);
  if (isLong) expect(worstMedianMs - medianMs).toBeLessThan(apartMsMax);
  stalled.cut();
});
