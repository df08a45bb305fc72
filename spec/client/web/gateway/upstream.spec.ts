import { expect, test } from 'vitest';
import { Upstream } from '../../../../client/web/gateway/upstream.ts';

test('nobody subscribes anew to a login that has ended: it would never be closed', async () => {
  const upstream = new Upstream({ servers: ['rowcast://127.0.0.1:7219?feed=7218'], checkpoints: '/nowhere' });
  await upstream.close();
  expect(() => upstream.hub).toThrow('the login has ended');
});
