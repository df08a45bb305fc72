import { toBase64 } from '../../proof/hash.ts';
import { type KeptCheckpoint, openKept } from './kept-checkpoint.ts';

/** A log that was met at this ledger's servers before, under another epoch: another life of the ledger. */
export interface FormerLife {
  readonly epoch: string;
  /** Up to this seq it was verified here, and no further. */
  readonly seq: number;
  /** Of the tree up to there, in base64: who has met that log elsewhere can compare. */
  readonly root: string;
  /** When that was: ISO 8601, UTC; absent where it was not noted (before 0.4.0). */
  readonly at?: string | undefined;
}

/**
 * The ledger has begun another life than the ones that were met here. A restore does that, and so does an operator who puts
 * another past in the place of the old one: no proof leads from one life to the next, so only the operator can say why.
 */
export interface NewLife {
  readonly epoch: string;
  readonly former: readonly FormerLife[];
}

/** The lives of which something was kept, but for the present one; the last that was seen comes first. */
export function formerLives(kept: readonly KeptCheckpoint[], present: string): FormerLife[] {
  const lives = new Map<string, FormerLife>();
  for (const one of kept) {
    const { origin, size, root } = openKept(one);
    if (origin === present) continue;
    const known = lives.get(origin);
    if (known !== undefined && known.seq >= size) continue;
    lives.set(origin, { epoch: origin.slice(origin.indexOf('/') + 1), seq: size, root: toBase64(root), at: one.at });
  }
  return [...lives.values()].sort((a, b) => (b.at ?? '').localeCompare(a.at ?? ''));
}
