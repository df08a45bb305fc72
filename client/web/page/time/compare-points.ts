import type { Tag } from '../../../../protocol/replies.ts';
import { useLedger } from '../ledger/ledger-state.ts';
import { cursorOf } from './travel.ts';
import type { When } from './use-when.ts';

/** Tags that are offered; the field and the address take any. */
const tagsMax = 12;
const hourMs = 3_600_000;

/** A moment with which another can be compared. */
export interface ComparePoint {
  readonly label: string;
  /** As the address says it. */
  readonly point: string;
}

/** Moments around the one that is shown, and tags, the latest first. */
export function comparePoints({ at, seq = 0, ms = Date.now() }: When, tags: readonly Tag[]) {
  const moments: readonly ComparePoint[] = [
    { label: '10 changes before', point: cursorOf(Math.max(0, seq - 10)) },
    { label: 'an hour before', point: new Date(ms - hourMs).toISOString() },
    { label: 'a day before', point: new Date(ms - 24 * hourMs).toISOString() },
    { label: 'the beginning', point: cursorOf(0) },
    ...(at === undefined ? [] : [{ label: 'the newest change', point: cursorOf(useLedger.getState().head) }]),
  ];
  const others = tags.filter((tag) => tag.seq !== seq).sort((a, b) => b.seq - a.seq);
  const named: readonly ComparePoint[] = others.slice(0, tagsMax).map(({ name }) => ({ label: name, point: name }));
  return { moments, named };
}
