import { groupOf } from '../protocol/entry.ts';
import type { EntryGroup } from './events.ts';

export interface DeliveryPlace {
  /** Everything up to here was delivered. */
  readonly after: number;
  /** Whether it is the whole ledger that is delivered, which has every seq; a table has its own only. */
  readonly isWhole: boolean;
}

/**
 * Where groups are not what a log can bring behind a place: in order of seq, and of the whole ledger without a gap.
 * Undefined where they are.
 */
export function firstMisplaced(groups: readonly EntryGroup[], { after, isWhole }: DeliveryPlace): number | undefined {
  let last = after;
  for (const group of groups) {
    for (const { seq } of group) {
      if (isWhole && seq !== last + 1) return last + 1;
      if (seq <= last) return seq;
      last = seq;
    }
    if (isWhole && groupOf(group[0])[1] !== last) return last + 1;
  }
  return undefined;
}
