import { afterAll, beforeAll, expect, test } from 'vitest';
import { type GatewayReader, GatewayStand } from '../../../../support/gateway.ts';

let stand: GatewayStand;
let visitor: GatewayReader;
beforeAll(async () => {
  stand = await GatewayStand.start();
  visitor = await stand.visitor();
});
afterAll(() => stand.stop());

test('samples are listed to everybody, and made by administrators', async () => {
  expect(JSON.parse((await visitor.ask('/api/samples')).text)).toMatchObject({
    samples: [{ name: 'employees', table: 'employees' }, { name: 'mime-db' }],
  });
  expect((await visitor.post('sample/employees')).status).toBe(401);
});

test('a sample is made once', async () => {
  await visitor.login();
  const [set, end] = await visitor.lines('/api/sample/employees', {});
  expect(set).toMatchObject({ set: { table: 'employees', index: 1, of: 1 } });
  expect(end).toHaveProperty('end');
  const [again] = await visitor.lines('/api/sample/employees', {});
  expect(again).toMatchObject({ error: { code: 'table_exists' } });
});

test('mime-db comes version by version', async () => {
  const lines = await visitor.lines('/api/sample/mime-db', {});
  expect(lines.slice(0, -1).map(({ set }) => (set as { index: number }).index)).toEqual([1, 2, 3, 4, 5, 6, 7, 8]);
});

test('there are no others', async () => {
  expect((await visitor.post('sample/everything')).status).toBe(400);
});
