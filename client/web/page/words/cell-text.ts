import { commitmentIn } from '../../../../protocol/sealed.ts';
import { shownText } from '../../../../protocol/shown-text.ts';
import { type Cell, type ColumnType, cellFormText } from '../../../../protocol/values.ts';
import { localTime } from './local-time.ts';

/** Characters of a cell that the grid shows; the rest is in the row's drawer and in the editor. */
const shownMax = 300;

/** What stands for a sealed cell that cannot be read; it is no value of it. */
export const sealedText = 'sealed';

/** A cell as the grid shows it: exact, on one line, with nothing in it that is not seen. */
export function shownCell(type: ColumnType, cell: Cell): string {
  if (cell === null) return '';
  if (commitmentIn(cell) !== undefined) return sealedText;
  if (type === 'timestamp' && typeof cell === 'string') return localTime(cell);
  const text = exactText(type, cell);
  return shownText(text.length > shownMax ? `${text.slice(0, shownMax)}…` : text);
}

/** A cell as it is copied and edited: to the letter, empty for an empty one. */
export function exactText(type: ColumnType, cell: Cell): string {
  if (cell === null) return '';
  if (commitmentIn(cell) !== undefined) return sealedText;
  // What was typed and is no value of the type is kept as it was typed.
  return typeof cell === 'string' ? (type === 'json' ? JSON.stringify(cell) : cell) : cellFormText(type, cell);
}
