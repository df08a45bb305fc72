import { expect, test } from 'vitest';
import { connectionsWithin, descriptorsFor, fileDescriptorsMax } from '../../../server/transport/file-descriptors.ts';

test('P8 both sockets together never need more descriptors than there are', () => {
  for (const descriptors of [300, 1_024, 20_256, 1_048_576]) {
    const connections = connectionsWithin(10_000, descriptors);
    expect(descriptorsFor(connections)).toBeLessThanOrEqual(descriptors);
  }
  expect(connectionsWithin(10_000, descriptorsFor(10_000))).toBe(10_000);
  expect(connectionsWithin(10_000, descriptorsFor(10_000) - 1)).toBe(9_999);
  expect(connectionsWithin(10_000, Number.POSITIVE_INFINITY)).toBe(10_000);
});

test('the limit of this process is found', async () => {
  expect(await fileDescriptorsMax()).toBeGreaterThan(100);
});
