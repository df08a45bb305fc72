import type { RowEntry } from '../../../../protocol/entry.ts';

/** A version of a row as its history shows it. */
export interface Version {
  readonly entry: RowEntry;
  /** The first that is shown of a life before the one above it. */
  readonly beginsEarlierLife: boolean;
  /** The later change that says it takes this one back, or a range around it. */
  readonly takenBackBy: { readonly seq: number; readonly isExact: boolean } | undefined;
}

/** The history of a row, from the newest back, with what its changes mean to each other. */
export function versionsOf(history: readonly RowEntry[]): Version[] {
  const reverts: { seq: number; first: number; last: number }[] = [];
  return history.map((entry, index) => {
    const revert = reverts.find(({ first, last }) => first <= entry.seq && entry.seq <= last);
    if (entry.reverts !== undefined) reverts.push({ seq: entry.seq, first: entry.reverts[0], last: entry.reverts[1] });
    return {
      entry,
      beginsEarlierLife: history[index - 1]?.op === 'insert',
      takenBackBy: revert && { seq: revert.seq, isExact: revert.first === revert.last },
    };
  });
}
