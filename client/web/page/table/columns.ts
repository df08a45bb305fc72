import type { ColDef } from 'ag-grid-community';
import type { CurrentRow } from '../../../../protocol/errors.ts';
import { commitmentIn } from '../../../../protocol/sealed.ts';
import { shownText } from '../../../../protocol/shown-text.ts';
import type { Column, TableDefinition } from '../../../../protocol/table.ts';
import type { Cell } from '../../../../protocol/values.ts';
import { exactText, shownCell } from '../words/cell-text.ts';
import { compareInColumn } from './cells/compare.ts';
import { filterOf } from './cells/filters.ts';
import { keyColumn } from './cells/key-column.ts';
import { initialWidth } from './cells/widths.ts';
import type { PendingCells } from './edit/pending-cells.ts';
import classes from './grid/grid.module.css';

const numeric: ReadonlySet<string> = new Set(['integer', 'number', 'decimal']);

/** What of a row any grid shows. */
export type GridRow = Pick<CurrentRow, 'key' | 'row'>;

export interface ColumnsOptions<Row extends GridRow> {
  readonly definition: TableDefinition;
  /** To measure by. */
  readonly rows: readonly GridRow[];
  /** What this grid does otherwise with a column. */
  readonly more?: (column: Column, isKey: boolean) => ColDef<Row, Cell>;
}

export function columnsOf<Row extends GridRow>(options: ColumnsOptions<Row>): ColDef<Row, Cell>[] {
  const { definition } = options;
  const columns = definition.columns.map((column) => columnOf(column, options));
  return definition.key === undefined ? [madeKeyColumn(), ...columns] : columns;
}

/** How every grid shows a column, by its type. */
function columnOf<Row extends GridRow>(
  column: Column,
  { definition, rows, more }: ColumnsOptions<Row>,
): ColDef<Row, Cell> {
  const { name, type, sealed } = column;
  const isKey = name === definition.key;
  const isNumeric = numeric.has(type);
  const { cellClassRules, ...own } = more?.(column, isKey) ?? {};
  return {
    colId: name,
    headerName: name,
    headerTooltip: headerTooltip(column, isKey),
    headerClass: [isNumeric && 'ag-right-aligned-header', sealed === true && classes.sealedHeader].filter(isName),
    initialWidth: initialWidth(column, rows),
    valueGetter: ({ data }) => data?.row[name] ?? null,
    valueFormatter: ({ value }) => shownCell(type, value ?? null),
    comparator: (a, b) => compareInColumn(type, a ?? null, b ?? null),
    equals: (a, b) => a === b || exactText(type, a ?? null) === exactText(type, b ?? null),
    ...filterOf(column),
    enableCellChangeFlash: true,
    pinned: isKey ? 'left' : null,
    lockPinned: true,
    cellClass: [isNumeric && 'ag-right-aligned-cell', isKey ? classes.key : classes[type]].filter(isName),
    cellClassRules: {
      ...(sealed === true && { [classes.sealed ?? '']: ({ value }) => commitmentIn(value ?? null) !== undefined }),
      ...cellClassRules,
    },
    ...own,
  };
}

function madeKeyColumn<Row extends GridRow>(): ColDef<Row, Cell> {
  return {
    colId: keyColumn,
    headerName: 'key',
    headerTooltip: 'made by the server',
    initialWidth: 104,
    valueGetter: ({ data }) => data?.key ?? null,
    pinned: 'left',
    lockPinned: true,
    cellClass: [classes.key ?? '', classes.madeKey ?? ''],
    ...filterOf({ type: 'text' }),
  };
}

function headerTooltip({ name, type, sealed, required, unique }: Column, isKey: boolean): string {
  const rules = [isKey && 'key', required && 'required', unique && 'unique', sealed && 'sealed'].filter(Boolean);
  return `${name}: ${[type, ...rules].join(', ')}`;
}

/** What a cell does not tell itself: why it was refused; its exact text, where that is another or may be cut. */
export function hintOf(
  { columns }: TableDefinition,
  { key, row }: CurrentRow,
  name: string,
  pending: PendingCells | undefined,
): string | undefined {
  const type = columns.find((column) => column.name === name)?.type;
  const cell = row[name] ?? null;
  const problem = pending?.problemOf(key, name);
  if (problem !== undefined || type === undefined) return problem;
  if (commitmentIn(cell) !== undefined) return 'sealed: administrators can read it, and everybody can verify it';
  const text = exactText(type, cell);
  return type === 'timestamp' || text.length > hintFrom ? shownText(text.slice(0, hintMax)) : undefined;
}

/** Characters from which a text may be cut, and that a hint holds. */
const hintFrom = 20;
const hintMax = 1_000;

function isName(name: string | false | undefined): name is string {
  return typeof name === 'string';
}
