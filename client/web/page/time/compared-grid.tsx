import type { ColDef, RowClassRules } from 'ag-grid-community';
import { AgGridReact } from 'ag-grid-react';
import { useMemo } from 'react';
import type { Column, TableDefinition } from '../../../../protocol/table.ts';
import type { Cell } from '../../../../protocol/values.ts';
import { keyColumn } from '../table/columns.ts';
import { gridTheme } from '../table/grid/grid-theme.ts';
import { registerGrid } from '../table/grid/modules.ts';
import { styleNonce } from '../theme/nonce.ts';
import classes from './compare-view.module.css';
import { ComparedCell } from './compared-cell.tsx';
import type { ShownRow } from './compared-rows.ts';

registerGrid();

interface Props {
  readonly definition: TableDefinition;
  readonly rows: readonly ShownRow[];
}

const fit = { type: 'fitCellContents' } as const;

const rules: RowClassRules<ShownRow> = {
  [classes.rowEntered ?? '']: ({ data }) => data?.mark === 'entered',
  [classes.rowLeft ?? '']: ({ data }) => data?.mark === 'left',
  [classes.rowSame ?? '']: ({ data }) => data?.mark === 'same',
};

/** The rows of two moments in one grid. */
export function ComparedGrid({ definition, rows }: Props) {
  const columns = useMemo(() => columnsOf(definition), [definition]);
  return (
    <div className={classes.grid}>
      <AgGridReact<ShownRow>
        theme={gridTheme}
        styleNonce={styleNonce}
        columnDefs={columns}
        rowData={rows as ShownRow[]}
        getRowId={({ data }) => data.key}
        rowClassRules={rules}
        animateRows={false}
        autoSizeStrategy={fit}
      />
    </div>
  );
}

function columnsOf({ key, columns }: TableDefinition): ColDef<ShownRow, Cell>[] {
  const own = columns.map((column) => columnOf(column, column.name === key));
  return key === undefined ? [{ ...made, colId: keyColumn }, ...own] : own;
}

/** Keys that the server made. */
const made: ColDef<ShownRow, Cell> = {
  headerName: 'key',
  valueGetter: ({ data }) => data?.key ?? null,
  pinned: 'left',
};

function columnOf({ name, type }: Column, isKey: boolean): ColDef<ShownRow, Cell> {
  return {
    colId: name,
    headerName: name,
    valueGetter: ({ data }) => data?.row[name] ?? null,
    // What it was may change while what it is does not.
    equals: () => false,
    cellRenderer: ComparedCell,
    cellRendererParams: { columnType: type },
    cellClassRules: { [classes.cellChanged ?? '']: ({ data }) => data !== undefined && name in data.was },
    pinned: isKey ? 'left' : null,
    minWidth: isKey ? 90 : 120,
  };
}
