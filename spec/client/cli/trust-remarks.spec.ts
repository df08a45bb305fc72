import { describe, expect, test } from 'vitest';
import { signedText, trustText } from '../../../client/cli/trust-remarks.ts';

describe('P10 the terminal says of trust', () => {
  const now = new Date(2026, 4, 2, 12, 0, 0);
  const today = new Date(2026, 4, 2, 9, 30, 5).toISOString();
  const before = new Date(2026, 4, 1, 9, 30, 5).toISOString();

  test('that the ledger is in another life, which one it was before, how far that was verified, and what to do', () => {
    const former = [
      { epoch: 'spring', seq: 41, root: 'AAA=', at: before },
      { epoch: 'winter', seq: 7, root: 'BBB=' },
    ];
    expect(trustText({ type: 'life', epoch: 'summer', former }, now)).toBe(
      'this ledger is in another life, summer; before, it was spring, verified here up to #41 (2026-05-01 09:30:05). ' +
        'No proof leads from one life to the next: ask its operator why',
    );
  });

  test('how far it is verified, since when no more, and how the server refuses; and that it goes on', () => {
    const owed = { type: 'unproven', verified: 10, seq: 52, since: today } as const;
    expect(trustText({ ...owed, reason: 'busy; try again' }, now)).toBe(
      'verified up to #10 of #52; since 09:30:05 the server has proven nothing more: busy; try again',
    );
    expect(trustText(owed, now)).toBe('verified up to #10 of #52; since 09:30:05 the server has proven nothing more');
    expect(trustText({ type: 'proven', verified: 60 }, now)).toBe('proven, and verified up to #60');
    expect(trustText({ ...owed, verified: 0 }, now)).toBe(
      'nothing is verified yet of #52; since 09:30:05 the server has proven nothing',
    );
  });

  test('that a log continues what was verified before only where something was, and else that it is believed', () => {
    const verified = { epoch: 'summer', origin: 'rowcast/summer', size: 52, root: 'AAA=' };
    const every = '(every byte: npx rowcast verify)';
    expect(signedText({ ...verified, kept: 41 })).toBe(
      `up to #52, and it continues what was verified before, up to #41 ${every}`,
    );
    expect(signedText(verified)).toBe(
      `up to #52, met here for the first time: its key is believed from now on, and there was nothing to compare it with ${every}`,
    );
    expect(signedText(undefined)).toBe('nothing: the server is too old');
  });
});
