import { describe, expect, it } from 'vitest';
import { readPosition } from '../../../../client/cli/syntax/position.ts';

describe('a place in the log', () => {
  it('begins with the change of a seq, and behind a cursor', () => {
    expect(readPosition('1042')).toEqual({ after: 1041, epoch: undefined });
    expect(readPosition('#7')).toEqual({ after: 6, epoch: undefined });
    expect(readPosition('0')).toEqual({ after: 0, epoch: undefined });
    expect(readPosition('1042@abc')).toEqual({ after: 1042, epoch: 'abc' });
  });

  it.each(['', '-1', '1.5', 'x', '1@', '99999999999999999'])('is not %j', (text) => {
    expect(() => readPosition(text)).toThrow('is no place in the log');
  });
});
