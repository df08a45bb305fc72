import { dayOf } from '../words/moments.ts';
import type { FeedItem } from './feed-item.ts';

interface Day {
  readonly day: string;
  /** Of its newest line. */
  readonly at: string;
  readonly items: readonly FeedItem[];
}

/** Lines from the newest back, parted where another day begins. */
export function byDay(items: readonly FeedItem[]): Day[] {
  const days: { day: string; at: string; items: FeedItem[] }[] = [];
  for (const item of items) {
    const day = dayOf(item.at);
    const last = days.at(-1);
    if (last?.day === day) last.items.push(item);
    else days.push({ day, at: item.at, items: [item] });
  }
  return days;
}
