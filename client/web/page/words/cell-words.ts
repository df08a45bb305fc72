import { commitmentIn } from '../../../../protocol/sealed.ts';
import { type Cell, type Cells, type ColumnType, cellText } from '../../../../protocol/values.ts';
import { shownCell } from './cell-text.ts';
import { foreign, joined, type Sentence, type Word, word } from './sentence.ts';

interface CellWordOptions {
  /** Of its column, where that is known: a time is then told by the clock of whoever reads. */
  readonly type?: ColumnType;
  /** Characters. */
  readonly lengthMax?: number;
}

/** A cell within a sentence: the empty one and the empty text are told apart, and a sealed one is said to be that. */
export function cellWord(
  cell: Cell | undefined,
  tone: Word['tone'] = 'plain',
  { type, lengthMax }: CellWordOptions = {},
): Word {
  if (cell === undefined || cell === null) return word('empty', 'quiet');
  if (commitmentIn(cell) !== undefined) return word('sealed', 'quiet');
  const text = type === undefined ? cellText(cell) : shownCell(type, cell);
  return text === '' ? word('""', tone) : foreign(text, tone, lengthMax);
}

/** Cells that are not empty, each with its name: `name Ada, salary sealed`. */
export function cellsWords(cells: Cells): Sentence {
  const filled = Object.entries(cells).filter(([, cell]) => cell !== null);
  return joined(filled.map(([name, cell]) => [foreign(name, 'quiet'), word(' '), cellWord(cell)]));
}

/** What a cell was and is: `salary 1000 → 1200`. */
export function changedWords(name: string, was: Cell | undefined, is: Cell | undefined): Sentence {
  return [foreign(name, 'quiet'), word(' '), cellWord(was, 'was'), word(' → ', 'quiet'), cellWord(is, 'is')];
}
