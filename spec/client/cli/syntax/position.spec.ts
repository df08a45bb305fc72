import { describe, expect, it } from 'vitest';
import { readSince, readStart } from '../../../../client/cli/syntax/position.ts';
import { parsePoint } from '../../../../protocol/point.ts';

describe('where a stretch of the log begins', () => {
  it('is with the change of a seq, and behind a cursor, a time or a tag', () => {
    expect(readStart('1042')).toEqual({ seq: 1041 });
    expect(readStart('#7')).toEqual({ seq: 6 });
    expect(readStart('0')).toEqual({ seq: 0 });
    expect(readStart('1042@abc')).toEqual({ seq: 1042, epoch: 'abc' });
    expect(readStart('2025-closed')).toEqual({ tag: '2025-closed' });
    expect(readStart('2026-05-01T00:00:00Z')).toMatchObject({ at: expect.any(String) });
    expect([readStart('2026-05-01'), readSince('2026-05-01')]).toEqual(
      Array(2).fill(parsePoint('2026-05-01', 'begin')),
    );
  });

  it.each(['', '-1', '1@'])('is not %j', (text) => {
    expect(() => readStart(text)).toThrow();
  });
});
