import { commitmentIn } from '../../../../protocol/sealed.ts';
import { type Cell, cellText } from '../../../../protocol/values.ts';
import { foreign, type Word, word } from './sentence.ts';

/** A cell within a sentence: the empty one and the empty text are told apart, and a sealed one is said to be that. */
export function cellWord(cell: Cell | undefined, tone: Word['tone'] = 'plain'): Word {
  if (cell === undefined || cell === null) return word('empty', 'quiet');
  if (commitmentIn(cell) !== undefined) return word('sealed', 'quiet');
  const text = cellText(cell);
  return text === '' ? word('""', tone) : foreign(text, tone);
}
