import { expect, test } from 'vitest';
import { Names } from '../../../../client/web/gateway/names.ts';

const names = new Names(['https://tables.example.org']);

test.each([
  ['that is gone', {}],
  ['with a zone in its address', { localAddress: 'fe80::1%eth0', localPort: 8080 }],
])('a socket %s has no name of its own, and is no fault', (_what, socket) => {
  expect(names.originOf('fe80::1', socket)).toBeUndefined();
  expect(names.originOf('tables.example.org', socket)).toBe('https://tables.example.org');
});
