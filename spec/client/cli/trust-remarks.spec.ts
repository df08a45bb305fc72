import { describe, expect, test } from 'vitest';
import { trustText } from '../../../client/cli/trust-remarks.ts';

describe('P10 the terminal says of trust', () => {
  const now = new Date(2026, 4, 2, 12, 0, 0);
  const today = new Date(2026, 4, 2, 9, 30, 5).toISOString();
  const before = new Date(2026, 4, 1, 9, 30, 5).toISOString();

  test('that the ledger has begun a new life, which one it was before, how far that was verified, and what to do', () => {
    const former = [
      { epoch: 'spring', seq: 41, root: 'AAA=', at: before },
      { epoch: 'winter', seq: 7, root: 'BBB=' },
    ];
    expect(trustText({ type: 'life', epoch: 'summer', former }, now)).toBe(
      'this ledger has begun a new life, summer; before, it was spring, verified here up to #41 (2026-05-01 09:30:05). ' +
        'No proof leads from one life to the next: ask its operator why',
    );
  });

  test('how far it is verified, since when no more, and how the server refuses; and that it goes on', () => {
    const owed = { type: 'unproven', verified: 10, seq: 52, since: today } as const;
    expect(trustText({ ...owed, reason: 'busy; try again' }, now)).toBe(
      'verified up to #10 of #52; since 09:30:05 the server has proven nothing more: busy; try again',
    );
    expect(trustText(owed, now)).toBe('verified up to #10 of #52; since 09:30:05 the server has proven nothing more');
    expect(trustText({ type: 'proven', verified: 60 }, now)).toBe('verified again, up to #60');
  });
});
