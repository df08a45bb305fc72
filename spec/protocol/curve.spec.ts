import { randomBytes } from 'node:crypto';
import { expect, test } from 'vitest';
import { isCurveKey, isTestKey, toZ85 } from '../../protocol/curve.ts';

test('Z85 is that of ZeroMQ: the keys that its manual prints', () => {
  expect(toZ85('u4hHHWXiZZswxVpTIc67WqsrcKOYZFwm3KKy_LQ_xRg')).toBe('Yne@$w-vo<fVvi]a<NY6T1ed:M$fCG*[IaLV{hID');
  expect(toZ85('VPy6JOkySZaTFvthfIcrsMHR_xSABCfFlMv6zxvC1lI')).toBe('rq:rM>}U?@Lns47E1%kR.o@n%FcmmsL/@{H8]yf7');
});

test('32 bytes in base64url are a key, in one spelling; others are refused', () => {
  for (let count = 0; count < 200; count += 1) expect(isCurveKey(randomBytes(32).toString('base64url'))).toBe(true);
  for (const bytes of [31, 33]) expect(isCurveKey(randomBytes(bytes).toString('base64url'))).toBe(false);
  // The last two bits belong to no byte: were they free, one key would have four texts.
  expect(isCurveKey(`${'A'.repeat(42)}B`)).toBe(false);
  expect(() => toZ85('A'.repeat(40))).toThrow(/43 characters/);
});

test('P9 the keys that everybody has are known', () => {
  expect(isTestKey('u4hHHWXiZZswxVpTIc67WqsrcKOYZFwm3KKy_LQ_xRg')).toBe(true);
  expect(isTestKey(randomBytes(32).toString('base64url'))).toBe(false);
});
