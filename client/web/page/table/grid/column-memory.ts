import type { ColumnState, GridApi } from 'ag-grid-community';
import type { CurrentRow } from '../../../../../protocol/errors.ts';
import { useLedger } from '../../ledger/ledger-state.ts';

/** How somebody has arranged the columns of a table, kept in this browser. */
interface Kept {
  readonly columns: readonly ColumnState[];
}

/** Another ledger may be at this address some other day. */
const nameOf = (table: string): string => `rowcast-columns-${useLedger.getState().epoch}-${table}`;

/** Order, width, which are hidden, and by which the rows are sorted. */
export function keepColumns(table: string, api: GridApi<CurrentRow>): void {
  const columns = api.getColumnState().map(({ colId, width = null, hide = null, sort = null, sortIndex = null }) => ({
    colId,
    ...(width !== null && { width }),
    hide,
    sort,
    sortIndex,
  }));
  try {
    localStorage.setItem(nameOf(table), JSON.stringify({ columns } satisfies Kept));
  } catch {
    // A browser that keeps nothing shows the columns as they come.
  }
}

/** Columns that have come since stand where the table has them. */
export function restoreColumns(table: string, api: GridApi<CurrentRow>): void {
  const kept = read(table);
  if (kept !== undefined) api.applyColumnState({ state: [...kept.columns], applyOrder: true });
}

export function forgetColumns(table: string, api: GridApi<CurrentRow>): void {
  api.resetColumnState();
  try {
    localStorage.removeItem(nameOf(table));
  } catch {
    // A browser that keeps nothing has nothing to forget.
  }
}

function read(table: string): Kept | undefined {
  try {
    const kept = JSON.parse(localStorage.getItem(nameOf(table)) ?? '') as Kept;
    return Array.isArray(kept.columns) ? kept : undefined;
  } catch {
    return undefined;
  }
}
