import { AllCommunityModule, type ColDef, ModuleRegistry, type RowClassRules } from 'ag-grid-community';
import { AgGridReact } from 'ag-grid-react';
import { useMemo } from 'react';
import type { TableDefinition } from '../../../../protocol/table.ts';
import type { Cell } from '../../../../protocol/values.ts';
import { gridTheme } from '../table/grid-theme.ts';
import { styleNonce } from '../theme/nonce.ts';
import classes from './compare-view.module.css';
import { ComparedCell } from './compared-cell.tsx';
import type { ShownRow } from './compared-rows.ts';

ModuleRegistry.registerModules([AllCommunityModule]);

interface Props {
  readonly definition: TableDefinition;
  readonly rows: readonly ShownRow[];
}

const rules: RowClassRules<ShownRow> = {
  [classes.rowEntered ?? '']: ({ data }) => data?.mark === 'entered',
  [classes.rowLeft ?? '']: ({ data }) => data?.mark === 'left',
  [classes.rowSame ?? '']: ({ data }) => data?.mark === 'same',
};

/** The rows of two moments in one grid. */
export function ComparedGrid({ definition, rows }: Props) {
  const columns = useMemo(() => definition.columns.map(({ name }) => columnOf(definition, name)), [definition]);
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
      />
    </div>
  );
}

function columnOf({ key }: TableDefinition, name: string): ColDef<ShownRow, Cell> {
  return {
    colId: name,
    headerName: name,
    valueGetter: ({ data }) => data?.row[name] ?? null,
    // What it was may change while what it is does not.
    equals: () => false,
    cellRenderer: ComparedCell,
    cellClassRules: { [classes.cellChanged ?? '']: ({ data }) => data !== undefined && name in data.was },
    pinned: name === key ? 'left' : null,
  };
}
