import { changeWords } from '../words/change-words.ts';
import { sentenceText } from '../words/sentence.ts';
import type { FeedItem } from './feed-item.ts';
import { itemWords, type Kind, kindsOf } from './item-words.ts';

/** Which lines of the feed are shown; what is undefined or empty lets everything through. */
export interface FeedFilter {
  readonly by: string | undefined;
  /** In who, what, where or why; in any case. */
  readonly text: string;
  readonly kind: Kind | undefined;
}

export const noFilter: FeedFilter = { by: undefined, text: '', kind: undefined };

export function isFiltering({ by, text, kind }: FeedFilter): boolean {
  return by !== undefined || kind !== undefined || text.trim() !== '';
}

export function passes(item: FeedItem, { by, text, kind }: FeedFilter): boolean {
  if (by !== undefined && item.by !== by) return false;
  if (kind !== undefined && !kindsOf(item).has(kind)) return false;
  const sought = text.trim().toLowerCase();
  return sought === '' || haystack(item).includes(sought);
}

function haystack(item: FeedItem): string {
  const { by, why = '', entries, counts, span } = item;
  const changes = entries.flatMap((entry) => ['key' in entry ? entry.key : '', sentenceText(changeWords(entry))]);
  const parts = [`#${span[1]}`, by, why, ...counts.keys(), sentenceText(itemWords(item)), ...changes];
  return parts.join('\n').toLowerCase();
}
