import type { ChangedCell } from '../../../../protocol/changed-cells.ts';
import { commitmentIn } from '../../../../protocol/sealed.ts';
import { type Cell, type Cells, type ColumnType, cellText } from '../../../../protocol/values.ts';
import { shownCell } from './cell-text.ts';
import type { TypeOf } from './column-types.ts';
import { foreign, joined, type Sentence, type Word, word } from './sentence.ts';

interface CellWordOptions {
  /** Of its column, where that is known: a time is then told by the clock of whoever reads. */
  readonly type?: ColumnType | undefined;
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
  const exact = cellText(cell);
  const text = type === undefined ? exact : shownCell(type, cell);
  if (text === '') return word('""', tone);
  const told = foreign(text, tone, lengthMax);
  return type === 'timestamp' ? { ...told, whole: exact } : told;
}

/** Cells that are not empty, each with its name: `name Ada, salary sealed`. */
export function cellsWords(cells: Cells, typeOf?: TypeOf): Sentence {
  const filled = Object.entries(cells).filter(([, cell]) => cell !== null);
  return joined(filled.map(([name, cell]) => namedWords(name, cell, typeOf)));
}

function isSealed(cell: Cell | undefined): boolean {
  return commitmentIn(cell ?? null) !== undefined;
}

/** `name Ada`. */
export function namedWords(name: string, cell: Cell | undefined, typeOf?: TypeOf): Sentence {
  return [foreign(name, 'quiet'), word(' '), cellWord(cell, 'plain', { type: typeOf?.(name) })];
}

/** What a cell was and is: `salary 1000 → 1200`, or only that it has changed, where neither may be read. */
export function changedWords({ name, was, is }: ChangedCell, typeOf?: TypeOf): Sentence {
  if (isSealed(was) && isSealed(is)) return [foreign(name, 'quiet'), word(' changed, '), word('sealed', 'quiet')];
  const type = typeOf?.(name);
  const [before, after] = [cellWord(was, 'was', { type }), cellWord(is, 'is', { type })];
  return [foreign(name, 'quiet'), word(' '), before, word(' → ', 'quiet'), after];
}
