import type { FeedFilter } from '../address/feed-view.ts';
import { changeWords } from '../words/change-words.ts';
import type { TypeOf } from '../words/column-types.ts';
import { sentenceText } from '../words/sentence.ts';
import type { FeedItem } from './feed-item.ts';
import { itemWords, kindsOf } from './item-words.ts';

type TypesOf = (table: string) => TypeOf;

export function isFiltering({ by, text, kind }: FeedFilter): boolean {
  return by !== undefined || kind !== undefined || text.trim() !== '';
}

/** @param typesOf what the lines are told by: what is read there is found */
export function passes(item: FeedItem, { by, text, kind }: FeedFilter, typesOf?: TypesOf): boolean {
  if (by !== undefined && item.by !== by) return false;
  if (kind !== undefined && !kindsOf(item).has(kind)) return false;
  const sought = text.trim().toLowerCase();
  return sought === '' || haystack(item, typesOf).includes(sought);
}

function haystack(item: FeedItem, typesOf: TypesOf | undefined): string {
  const { by, why = '', entries, counts, span } = item;
  const changes = entries.flatMap((entry) => [
    'key' in entry ? entry.key : '',
    sentenceText(changeWords(entry, typesOf?.(entry.table))),
  ]);
  const parts = [`#${span[1]}`, by, why, ...counts.keys(), sentenceText(itemWords(item)), ...changes];
  return parts.join('\n').toLowerCase();
}
