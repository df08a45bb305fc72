import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { formatAddress, parseAddress } from '../../protocol/address.ts';

const key = 'vUfYGIF1d2mGsbnrlbk_6fh31H9BV5vKzdqEGZ0wSEo';

test.each([
  ['rowcast://db.example.org', { host: 'db.example.org', commandsPort: 5555, feedPort: 5556 }],
  ['db.example.org', { host: 'db.example.org', commandsPort: 5555, feedPort: 5556 }],
  ['10.0.0.7:7000', { host: '10.0.0.7', commandsPort: 7000, feedPort: 5556 }],
  ['rowcast://10.0.0.7:7000?feed=7001', { host: '10.0.0.7', commandsPort: 7000, feedPort: 7001 }],
  ['rowcast://[::1]:7000/?feed=7001', { host: '[::1]', commandsPort: 7000, feedPort: 7001 }],
  [`rowcast://10.0.0.7:7000?feed=7001&key=${key}`, { host: '10.0.0.7', commandsPort: 7000, feedPort: 7001, key }],
])('%s is read', (text, expected) => {
  expect(parseAddress(text)).toEqual(expected);
});

describe('an address that cannot be meant is refused with what to write (P11)', () => {
  test.each([
    ['nothing', ''],
    ['another scheme', 'http://localhost:5555'],
    ['ZeroMQ’s form', 'tcp://localhost:5555'],
    ['a path', 'rowcast://localhost/ledger'],
    ['no host', 'rowcast://:5555'],
    ['port 0', 'rowcast://localhost:0'],
    ['a port too large', 'rowcast://localhost:65536'],
    ['a feed that is no port', 'rowcast://localhost?feed=abc'],
    ['a feed of 0', 'rowcast://localhost?feed=0'],
    ['an empty feed', 'rowcast://localhost?feed='],
    ['a key that is too short', 'rowcast://localhost?key=abc'],
    ['a key in another alphabet', `rowcast://localhost?key=${key.replace('_', '%2B')}`],
    ['a key that is no whole number of bytes', `rowcast://localhost?key=${key.slice(0, -1)}p`],
    ['an empty key', 'rowcast://localhost?key='],
    ['a misspelt part', 'rowcast://localhost?fed=5556'],
  ])('%s', (_, text) => {
    expect(() => parseAddress(text)).toThrow(/write|known:/);
  });

  test.each(['rowcast://ada:secret@localhost', 'rowcast://ada@localhost'])(
    'a name or password in it, which would be dropped in silence: %s',
    (text) => {
      expect(() => parseAddress(text)).toThrow();
    },
  );

  test.each(['u4hHHWXiZZswxVpTIc67WqsrcKOYZFwm3KKy_LQ_xRg', 'VPy6JOkySZaTFvthfIcrsMHR_xSABCfFlMv6zxvC1lI'])(
    'P9 a key of ZeroMQ’s manual: %s',
    (known) => {
      expect(() => parseAddress(`rowcast://localhost?key=${known}`)).toThrow(/everybody has its secret half/);
    },
  );

  test('a feed or a key given twice', () => {
    expect(() => parseAddress(`rowcast://localhost?key=${key}&key=${key}`)).toThrow();
    expect(() => parseAddress('rowcast://localhost?feed=1&feed=2')).toThrow();
  });
});

test('what is printed is read back', () => {
  const port = fc.integer({ min: 1, max: 65_535 });
  const host = fc.constantFrom('localhost', '127.0.0.1', '[::1]', 'a-b.example.org');
  fc.assert(
    fc.property(host, port, port, fc.boolean(), (name, commandsPort, feedPort, isEncrypted) => {
      const address = { host: name, commandsPort, feedPort, ...(isEncrypted ? { key } : {}) };
      expect(parseAddress(formatAddress(address))).toEqual(address);
    }),
  );
});
