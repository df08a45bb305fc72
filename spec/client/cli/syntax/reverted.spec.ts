import { expect, test } from 'vitest';
import { showDay } from '../../../../client/cli/print/time.ts';
import { readReverted } from '../../../../client/cli/syntax/reverted.ts';
import { parsePoint } from '../../../../protocol/point.ts';

test.each([
  [{ changes: '1042' }, { seq: 1042 }],
  [{ changes: '#1042' }, { seq: 1042 }],
  [{ changes: '1042@life' }, { seq: 1042, epoch: 'life' }],
  [{ changes: '1042..1050' }, { after: 1041, last: 1050 }],
  [{ changes: '#7..#7@life' }, { after: 6, last: 7, epoch: 'life' }],
  [{ changes: 'v1.54.0..v1.55.0' }, { from: { tag: 'v1.54.0' }, to: { tag: 'v1.55.0' } }],
  [{ changes: '2026-05-01T12:00Z..' }, { from: { at: '2026-05-01T12:00:00.0Z' } }],
  [
    { changes: '2026-05-01..2026-05-02' },
    { from: parsePoint('2026-05-01', 'begin'), to: parsePoint('2026-05-02', 'end') },
  ],
  [{ changes: `v1..${showDay(new Date())}` }, { from: { tag: 'v1' }, to: undefined }],
  [{ changes: '#1042@life..v2' }, { from: { seq: 1041, epoch: 'life' }, to: { tag: 'v2' } }],
  [{ changes: 'v1..#1050' }, { from: { tag: 'v1' }, to: { seq: 1050 } }],
  [{ command: 'V1StGXR8_Z5jdHi6B-myT' }, { command: 'V1StGXR8_Z5jdHi6B-myT' }],
  [
    { by: 'bob', since: { seq: 4 } },
    { by: 'bob', since: { seq: 4 } },
  ],
])('%j is %j', (words, what) => {
  expect(readReverted(words)).toEqual(what);
});

test.each([
  [{}, 'which changes?'],
  [{ changes: '1', command: 'abcdefgh' }, 'two ways'],
  [{ by: 'ada' }, '--by needs --since'],
  [{ changes: '1', since: { seq: 4 } }, '--since goes with --by'],
  [{ changes: 'x' }, 'names no change'],
  [{ changes: '0' }, 'names no change'],
  [{ changes: '5..3' }, 'names no change'],
  [{ changes: 'v1' }, 'names no change'],
  [{ changes: 'v1..v2..v3' }, 'names no change'],
  [{ changes: '..v2' }, 'names no change'],
  [{ changes: '0..v2' }, 'names no change'],
])('%j is refused: %s', (words, message) => {
  expect(() => readReverted(words)).toThrow(message);
});
