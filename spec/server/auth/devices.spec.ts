import { generateKeyPairSync } from 'node:crypto';
import { expect, test } from 'vitest';
import { Devices } from '../../../server/auth/devices.ts';
import { Secrets } from '../../../server/auth/secrets.ts';

const key = generateKeyPairSync('ed25519').privateKey;
const devices = new Devices(new Secrets(key));

test('P9 a device is known again for its user, by every server with the same key, and is another each time', () => {
  const device = devices.give('ada');
  const name = devices.nameOf(device, 'ada');
  expect(device.startsWith(`${name}.`)).toBe(true);
  expect(new Devices(new Secrets(key)).nameOf(device, 'ada')).toBe(name);
  expect(devices.nameOf(devices.give('ada'), 'ada')).not.toBe(name);
});

test('P9 it is none for another user, under another key, or when a character of it is another', () => {
  const device = devices.give('ada');
  expect(devices.nameOf(device, 'bob')).toBeUndefined();
  const others = new Devices(new Secrets(generateKeyPairSync('ed25519').privateKey));
  expect(others.nameOf(device, 'ada')).toBeUndefined();
  for (let at = 0; at < device.length; at += 1) {
    const other = device[at] === 'x' ? 'y' : 'x';
    expect(devices.nameOf(`${device.slice(0, at)}${other}${device.slice(at + 1)}`, 'ada'), `${at}`).toBeUndefined();
  }
});

test.each(['', '.', 'x', 'a'.repeat(66), `${'a'.repeat(22)}.`, '\0'])('%j is none, and does no harm', (text) => {
  expect(devices.nameOf(text, 'ada')).toBeUndefined();
});
