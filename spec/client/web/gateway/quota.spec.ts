import { expect, test } from 'vitest';
import { peerAt, Quota } from '../../../../client/web/gateway/quota.ts';

test('P8: so many at the same time, and so many of one address, but for this machine', () => {
  const quota = new Quota({ max: 4, perPeerMax: 1 });
  const giveBack = quota.take('192.0.2.1');
  expect(giveBack).toBeDefined();
  expect(quota.take('192.0.2.1')).toBeUndefined();
  for (const peer of ['127.0.0.1', '127.0.0.1', '::1']) expect(quota.take(peer)).toBeDefined();
  expect(quota.take('192.0.2.2')).toBeUndefined();
  giveBack?.();
  giveBack?.();
  expect(quota.take('192.0.2.2')).toBeDefined();
  expect(quota.take('192.0.2.3')).toBeUndefined();
});

test.each([
  ['::ffff:192.0.2.1', '192.0.2.1'],
  ['127.0.0.1', '127.0.0.1'],
  ['::1', '::1'],
  ['2001:db8:1:2:3:4:5:6', '2001:db8:1:2::/64'],
  ['2001:db8:1:2::9', '2001:db8:1:2::/64'],
  ['2001:db8::9', '2001:db8:0:0::/64'],
  ['2001:db8::', '2001:db8:0:0::/64'],
  ['fe80::a:b%eth0', 'fe80:0:0:0::/64'],
  ['::2:3', '0:0:0:0::/64'],
  ['', ''],
])('P8: %j counts as %j: of IPv6 the whole network of one', (address, peer) => {
  expect(peerAt(address)).toBe(peer);
});
