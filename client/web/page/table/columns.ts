import type { ColDef } from 'ag-grid-community';
import type { CurrentRow } from '../../../../protocol/errors.ts';
import { commitmentIn } from '../../../../protocol/sealed.ts';
import type { Column, TableDefinition } from '../../../../protocol/table.ts';
import { type Cell, compareCells } from '../../../../protocol/values.ts';
import { cellText } from './cell-text.ts';

const numeric: ReadonlySet<string> = new Set(['integer', 'number', 'decimal']);

/** How the grid shows a column, by its type. */
export function columnOf({ key }: TableDefinition, { name, type, sealed }: Column): ColDef<CurrentRow, Cell> {
  return {
    colId: name,
    headerName: name,
    valueGetter: ({ data }) => data?.row[name] ?? null,
    valueFormatter: ({ value }) => cellText(value ?? null),
    comparator: (a, b) => compare(type, a ?? null, b ?? null),
    equals: (a, b) => a === b || cellText(a ?? null) === cellText(b ?? null),
    enableCellChangeFlash: true,
    type: numeric.has(type) ? 'rightAligned' : [],
    pinned: name === key ? 'left' : null,
    cellClassRules: { sealed: ({ value }) => sealed === true && commitmentIn(value ?? null) !== undefined },
  };
}

/** Empty cells first. */
function compare(type: Column['type'], a: Cell, b: Cell): number {
  if (a === null || b === null) return a === b ? 0 : a === null ? -1 : 1;
  if (commitmentIn(a) !== undefined || commitmentIn(b) !== undefined) return 0;
  return compareCells(type, a, b);
}
