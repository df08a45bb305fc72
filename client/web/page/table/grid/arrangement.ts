import type { ColumnState, GridApi } from 'ag-grid-community';
import type { CurrentRow } from '../../../../../protocol/errors.ts';
import type { TableDefinition } from '../../../../../protocol/table.ts';
import type { Arrangement } from '../../address/arrangement.ts';
import { conditionsIn, type FilterModels, filterModelsOf, knownArrangement } from '../cells/conditions.ts';

/** By what the grid sorts, and what it shows. */
export function arrangementOf(api: GridApi<CurrentRow>, definition: TableDefinition): Arrangement {
  const sorted = api.getColumnState().filter(({ sort }) => (sort ?? null) !== null);
  const sort = sorted
    .sort(bySortIndex)
    .map(({ colId, sort: order }) => ({ column: colId, descending: order === 'desc' }));
  const where = conditionsIn(api.getFilterModel() as FilterModels, definition);
  return knownArrangement({ sort, where }, definition);
}

/** Has the grid sort and show what an address says, where it does not already; of what the table has. */
export function arrange(api: GridApi<CurrentRow>, definition: TableDefinition, wanted: Arrangement): void {
  const [is, known] = [arrangementOf(api, definition), knownArrangement(wanted, definition)];
  if (!isSame(is.where, known.where)) api.setFilterModel(filterModelsOf(known.where, definition));
  if (isSame(is.sort, known.sort)) return;
  const state = known.sort.map(({ column, descending }, sortIndex) => ({
    colId: column,
    sort: descending ? ('desc' as const) : ('asc' as const),
    sortIndex,
  }));
  api.applyColumnState({ state, defaultState: { sort: null } });
}

function bySortIndex(a: ColumnState, b: ColumnState): number {
  return (a.sortIndex ?? 0) - (b.sortIndex ?? 0);
}

function isSame(a: object, b: object): boolean {
  return JSON.stringify(a) === JSON.stringify(b);
}
