import { afterAll, beforeAll, expect, test } from 'vitest';
import { webViewers } from '../../bench/web-viewers.ts';
import { GatewayStand } from '../support/gateway.ts';
import { figure } from '../support/scale.ts';

let stand: GatewayStand;

beforeAll(async () => {
  stand = await GatewayStand.start({ door: 'public' });
  await stand.admin.createTable({
    name: 't',
    key: 'id',
    columns: [
      { name: 'id', type: 'text' },
      { name: 'n', type: 'integer' },
    ],
  });
});
afterAll(() => stand.stop());

test('P5, P8: a hundred viewers of one gateway see every change, each once and in order, beside one who reads nothing', {
  timeout: 120_000,
}, async () => {
  const stalled = await stand.stranger().feed();
  stalled.stall();
  const options = {
    port: stand.gateway.port,
    admin: stand.admin,
    table: 't',
    viewers: 100,
    changes: 200,
    perSecond: 100,
  };
  const { exact, medianMs, p99Ms } = await webViewers(options);
  figure(
    `web: ack to one of 100 viewers, all in one process, median ${Math.round(medianMs)} ms, p99 ${Math.round(p99Ms)} ms`,
  );
  expect(exact).toBe(100);
  stalled.cut();
});
