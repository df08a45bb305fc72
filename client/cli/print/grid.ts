import Table from 'cli-table3';
import { shownWidth } from '../../../protocol/shown-text.ts';
import { type Paint, show } from './paint.ts';

export interface GridColumn {
  readonly title: string;
  /** Numbers stand at the right. */
  readonly right?: boolean | undefined;
}

export interface GridOptions {
  readonly columns: readonly GridColumn[];
  readonly paint: Paint;
  /** Columns of the terminal; unbounded when the output is none. */
  readonly width?: number | undefined;
}

/** A cell's text; undefined for an empty one. */
type GridCell = string | undefined;
export type GridRow = readonly GridCell[];

const gap = 2;
const columnWidthMin = 6;
const emptyMark = '·';
const noBorders = {
  top: '',
  'top-mid': '',
  'top-left': '',
  'top-right': '',
  bottom: '',
  'bottom-mid': '',
  'bottom-left': '',
  'bottom-right': '',
  left: '',
  'left-mid': '',
  mid: '',
  'mid-mid': '',
  right: '',
  'right-mid': '',
  middle: ' '.repeat(gap),
} as const;

/**
 * Prints rows as an aligned table, chunk by chunk: the widths are those of the first chunk, so that a table of any
 * length is printed while it is read. Columns that do not fit are left out, and `hidden` says how many.
 */
export class Grid {
  readonly #columns: readonly GridColumn[];
  readonly #paint: Paint;
  readonly #width: number;
  #widths: readonly number[] | undefined;

  constructor({ columns, paint, width = Number.POSITIVE_INFINITY }: GridOptions) {
    this.#columns = columns;
    this.#paint = paint;
    this.#width = width;
  }

  /** How many columns did not fit; known after the first chunk. */
  get hidden(): number {
    return this.#widths === undefined ? 0 : this.#columns.length - this.#widths.length;
  }

  /** The lines of these rows; the first chunk comes with the head. */
  lines(rows: readonly GridRow[]): string[] {
    const isFirst = this.#widths === undefined;
    const widths = this.#widths ?? fitWidths(naturalWidths(this.#columns, rows), this.#width);
    this.#widths = widths;
    const head = isFirst ? this.#head(widths) : [];
    return [...head, ...this.#print(rows.map((row) => widths.map((width, index) => this.#cell(row[index], width))))];
  }

  #head(widths: readonly number[]): string[] {
    const titles = widths.map((width, index) => show(this.#columns[index]?.title ?? '', this.#paint, width));
    const rule = widths.map((width) => this.#paint.dim('─'.repeat(width)));
    return this.#print([titles.map(this.#paint.strong), rule]);
  }

  #cell(cell: GridCell, width: number): string {
    if (cell === undefined) return this.#paint.dim(emptyMark);
    return cell === '' ? this.#paint.dim('""') : show(cell, this.#paint, width);
  }

  #print(rows: readonly string[][]): string[] {
    if (rows.length === 0) return [];
    const widths = this.#widths ?? [];
    const table = new Table({
      chars: noBorders,
      style: { 'padding-left': 0, 'padding-right': 0, head: [], border: [], compact: true },
      colWidths: [...widths],
      colAligns: widths.map((_, index) => (this.#columns[index]?.right ? 'right' : 'left')),
    });
    table.push(...rows);
    return table
      .toString()
      .split('\n')
      .map((line) => line.trimEnd());
  }
}

function naturalWidths(columns: readonly GridColumn[], rows: readonly GridRow[]): number[] {
  return columns.map(({ title }, index) => {
    let width = Math.max(shownWidth(title), 2);
    for (const row of rows) width = Math.max(width, shownWidth(row[index] ?? ''));
    return width;
  });
}

/** Widths that fit: the widest columns give way first, and when the narrowest would still be too many, the last go. */
export function fitWidths(natural: readonly number[], available: number): number[] {
  let widths = [...natural];
  while (widths.length > 1 && narrowest(widths) > available) widths = widths.slice(0, -1);
  const room = available - gap * (widths.length - 1);
  const most = widest(widths, room);
  return widths.map((width) => Math.min(width, most));
}

function narrowest(widths: readonly number[]): number {
  const sum = widths.reduce((total, width) => total + Math.min(width, columnWidthMin), 0);
  return sum + gap * (widths.length - 1);
}

/** The greatest width such that no column wider than it makes the row wider than the room. */
function widest(widths: readonly number[], room: number): number {
  const sorted = [...widths].sort((a, b) => a - b);
  let left = room;
  for (const [index, width] of sorted.entries()) {
    const share = Math.floor(left / (sorted.length - index));
    if (width > share) return Math.max(share, 1);
    left -= width;
  }
  return Number.POSITIVE_INFINITY;
}
