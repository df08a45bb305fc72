import type { CurrentRow } from '../../../../../protocol/errors.ts';
import type { Column } from '../../../../../protocol/table.ts';
import { shownCell } from '../../words/cell-text.ts';

/** Pixels. What is wider is cut with `…`, and can be pulled wider. */
const widthMin = 72;
const widthMax = 320;
const letterWidth = 8;
const padding = 26;
/** Beside a column's name: its filter and its order; and the lock of a sealed one. */
const headerExtras = 62;
const lockWidth = 18;
/** Rows that are looked at. */
const rowsMax = 60;

/** How wide a column is to begin with: so that its name and most of the first cells fit. */
export function initialWidth({ name, type, sealed }: Column, rows: readonly Pick<CurrentRow, 'row'>[]): number {
  const lengths = rows.slice(0, rowsMax).map(({ row }) => shownCell(type, row[name] ?? null).length);
  const usual = lengths.sort((a, b) => a - b)[Math.floor(lengths.length * 0.95)] ?? 0;
  const width = Math.max(
    name.length * letterWidth + headerExtras + (sealed === true ? lockWidth : 0),
    usual * letterWidth + padding,
  );
  return Math.round(Math.min(widthMax, Math.max(widthMin, width)));
}
