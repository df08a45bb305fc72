import { isRowEntry } from '../../../../protocol/entry.ts';
import type { Kind } from '../address/feed-view.ts';
import type { OpCounts } from '../ledger/kept-group.ts';
import { changeWords } from '../words/change-words.ts';
import type { TypeOf } from '../words/column-types.ts';
import { spanWords } from '../words/points.ts';
import { count, foreign, joined, type Sentence, type Word, word } from '../words/sentence.ts';
import { type FeedItem, sizeOf } from './feed-item.ts';

/** From so many rows on they were brought, and not typed. */
const importedMin = 10;

/** What a line is about: table and key of the only change, or the tables of several. */
export function placeWords({ entries, counts }: FeedItem): Sentence {
  const [first] = entries;
  if (entries.length === 1 && first !== undefined && isRowEntry(first)) {
    return [foreign(first.table, 'quiet'), word(' '), foreign(first.key, 'strong')];
  }
  return joined([...counts.keys()].map((table) => [foreign(table, 'strong')]));
}

/** What a line says was done. */
export function itemWords(item: FeedItem, typeOf?: TypeOf): Sentence {
  return [...revertsWords(item), ...deedWords(item, typeOf)];
}

function revertsWords({ reverts }: FeedItem): Sentence {
  if (reverts === undefined) return [];
  return [word(`took back ${spanWords(reverts)}`, 'changed'), word(': ', 'quiet')];
}

function deedWords(item: FeedItem, typeOf: TypeOf | undefined): Sentence {
  const [first] = item.entries;
  if (item.entries.length === 1 && first !== undefined && !item.isCut) return changeWords(first, typeOf);
  if (item.isCut) return [word(`${count(sizeOf(item), 'change')} together`)];
  const isAlone = item.counts.size === 1;
  const parts = [...item.counts].map(([table, ops]) => [
    ...(isAlone ? [] : [foreign(table, 'quiet'), word(': ', 'quiet')]),
    ...joined(countWords(ops, item).map((each) => [each])),
  ]);
  return joined(parts, '; ');
}

/** How many changes of each kind a table had. */
function countWords(ops: OpCounts, { reverts }: FeedItem): Word[] {
  const { insert = 0, update = 0, delete: removed = 0, erase = 0, create = 0, alter = 0, drop = 0 } = ops;
  const words: Word[] = [];
  if (drop > 0) words.push(word('table dropped', 'left'));
  if (create > 0) words.push(word(`table made${insert > 0 ? ` with ${count(insert, 'row')}` : ''}`, 'entered'));
  if (alter > 0) words.push(word('columns changed', 'changed'));
  if (insert > 0 && create === 0) words.push(word(insertedWords(insert, reverts !== undefined), 'entered'));
  if (update > 0) words.push(word(`${count(update, 'row')} changed`, 'changed'));
  if (removed > 0) words.push(word(`${count(removed, 'row')} left`, 'left'));
  if (erase > 0) words.push(word(`sealed cells of ${count(erase, 'row')} erased for good`, 'left'));
  return words;
}

function insertedWords(rows: number, isBack: boolean): string {
  if (isBack) return `${count(rows, 'row')} back`;
  return rows < importedMin ? `${count(rows, 'row')} entered` : `imported ${count(rows, 'row')}`;
}

/** Of what kind its changes are. */
export function kindsOf({ counts }: FeedItem): ReadonlySet<Kind> {
  const kinds = new Set<Kind>();
  for (const { insert, update, delete: removed, erase, create, alter, drop } of counts.values()) {
    if (insert !== undefined) kinds.add('entered');
    if (update !== undefined) kinds.add('changed');
    if (removed !== undefined || erase !== undefined) kinds.add('left');
    if (create !== undefined || alter !== undefined || drop !== undefined) kinds.add('table');
  }
  return kinds;
}

/** The one kind whose colour a line has. */
export function kindOf(item: FeedItem): Kind {
  const kinds = kindsOf(item);
  const [first = 'changed'] = kinds;
  return kinds.has('table') ? 'table' : kinds.size > 1 ? 'changed' : first;
}
