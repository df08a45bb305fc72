import { AllCommunityModule, type ColDef, type GridApi, ModuleRegistry } from 'ag-grid-community';
import { AgGridReact } from 'ag-grid-react';
import { useMemo } from 'react';
import type { CurrentRow } from '../../../../protocol/errors.ts';
import type { TableDefinition } from '../../../../protocol/table.ts';
import type { RowChanges } from '../ledger/table-model.ts';
import { styleNonce } from '../theme/nonce.ts';
import { columnOf } from './columns.ts';
import { gridTheme } from './grid-theme.ts';

ModuleRegistry.registerModules([AllCommunityModule]);

/** Brings rows and changes into the grid, beside React: a thousand of them a second are no renderings. */
export class GridFeed {
  #api: GridApi<CurrentRow> | undefined;
  #rows: CurrentRow[] = [];

  /** The grid is there now. */
  attach(api: GridApi<CurrentRow>): void {
    this.#api = api;
    api.setGridOption('rowData', this.#rows);
  }

  begin(rows: readonly CurrentRow[]): void {
    this.#rows = [...rows];
    this.#api?.setGridOption('rowData', this.#rows);
  }

  add(rows: readonly CurrentRow[]): void {
    if (this.#api === undefined) this.#rows.push(...rows);
    else this.#api.applyTransaction({ add: [...rows] });
  }

  change({ added, changed, removed }: RowChanges): void {
    this.#api?.applyTransaction({ add: [...added], update: [...changed], remove: [...removed] });
  }
}

interface Props {
  readonly definition: TableDefinition;
  readonly feed: GridFeed;
}

/** The rows of a table. */
export function TableGrid({ definition, feed }: Props) {
  const columns = useMemo<ColDef<CurrentRow>[]>(
    () => definition.columns.map((column) => columnOf(definition, column)),
    [definition],
  );
  return (
    <div style={{ flex: 1, minHeight: 0 }}>
      <AgGridReact<CurrentRow>
        theme={gridTheme}
        styleNonce={styleNonce}
        columnDefs={columns}
        getRowId={({ data }) => data.key}
        onGridReady={({ api }) => feed.attach(api)}
        animateRows={false}
        cellFlashDuration={600}
        cellFadeDuration={900}
      />
    </div>
  );
}
