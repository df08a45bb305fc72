import type { CurrentRow } from '../../../protocol/errors.ts';
import type { TableDefinition } from '../../../protocol/table.ts';
import type { Cell } from '../../../protocol/values.ts';
import { Grid, type GridColumn, type GridRow } from './grid.ts';
import { type Paint, shownCell } from './paint.ts';

const numeric: ReadonlySet<string> = new Set(['integer', 'number', 'decimal']);

export interface RowGridOptions {
  readonly definition: TableDefinition;
  readonly paint: Paint;
  readonly width?: number | undefined;
}

/** Rows of a table in the order of its columns, the key first. */
export class RowGrid {
  readonly #names: readonly string[];
  readonly #hasKeyColumn: boolean;
  readonly #grid: Grid;

  constructor({ definition, paint, width }: RowGridOptions) {
    const { key, columns } = definition;
    const ordered = [...columns].sort((a, b) => Number(b.name === key) - Number(a.name === key));
    this.#names = ordered.map(({ name }) => name);
    this.#hasKeyColumn = key !== undefined;
    const generated: GridColumn[] = key === undefined ? [{ title: 'key' }] : [];
    const shown = ordered.map(({ name, type }) => ({ title: name, right: numeric.has(type) }));
    this.#grid = new Grid({ columns: [...generated, ...shown], paint, width });
  }

  get hidden(): number {
    return this.#grid.hidden;
  }

  lines(rows: readonly CurrentRow[]): string[] {
    return this.#grid.lines(rows.map((row) => this.#gridRow(row)));
  }

  #gridRow({ key, row }: CurrentRow): GridRow {
    const cells = this.#names.map((name) => gridCell(row[name]));
    return this.#hasKeyColumn ? cells : [key, ...cells];
  }
}

function gridCell(cell: Cell | undefined): string | undefined {
  return cell === undefined || cell === null ? undefined : shownCell(cell);
}
