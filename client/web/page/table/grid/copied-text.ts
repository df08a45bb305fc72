import type { GridApi } from 'ag-grid-community';
import type { CurrentRow } from '../../../../../protocol/errors.ts';
import type { TableDefinition } from '../../../../../protocol/table.ts';
import { exactText } from '../../words/cell-text.ts';
import { keyColumn } from '../cells/key-column.ts';
import { writeTsv } from '../cells/tsv.ts';

/** What is copied: the selected rows as they stand, with the names of the columns above, or else the cell with the focus. */
export function copiedText(api: GridApi<CurrentRow>, definition: TableDefinition): string | undefined {
  const selected = api.getSelectedNodes().filter(({ displayed }) => displayed);
  if (selected.length === 0) return focusedText(api, definition);
  const columns = api.getAllDisplayedColumns().map((column) => column.getColId());
  const names = columns.filter(
    (name) => name === keyColumn || definition.columns.some((column) => column.name === name),
  );
  const rows = selected
    .sort((a, b) => (a.rowIndex ?? 0) - (b.rowIndex ?? 0))
    .flatMap(({ data }) => (data === undefined ? [] : [names.map((name) => textIn(data, name, definition))]));
  return writeTsv([names.map((name) => (name === keyColumn ? 'key' : name)), ...rows]);
}

function focusedText(api: GridApi<CurrentRow>, definition: TableDefinition): string | undefined {
  const cell = api.getFocusedCell() ?? undefined;
  const row = cell === undefined ? undefined : api.getDisplayedRowAtIndex(cell.rowIndex)?.data;
  return cell === undefined || row === undefined ? undefined : textIn(row, cell.column.getColId(), definition);
}

function textIn(row: CurrentRow, name: string, { columns }: TableDefinition): string {
  if (name === keyColumn) return row.key;
  const column = columns.find((one) => one.name === name);
  return column === undefined ? '' : exactText(column.type, row.row[name] ?? null);
}
