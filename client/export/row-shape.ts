import type { CurrentRow } from '../../protocol/errors.ts';
import { commitmentIn } from '../../protocol/sealed.ts';
import type { Column, TableDefinition } from '../../protocol/table.ts';
import { type Cell, cellFormText } from '../../protocol/values.ts';
import { rowKeyName } from '../file-format.ts';
import type { RecordShape } from './record-shape.ts';

/**
 * Rows: their cells in the order of the table's columns, each in its one exact form (protocol/values.ts). Sealed cells
 * are the commitments that everybody has, unless they were opened before.
 */
export function rowShape({ key, columns }: TableDefinition): RecordShape<CurrentRow> {
  const names = columns.map(({ name }) => name);
  const hasKeyColumn = key !== undefined;
  return {
    columns: hasKeyColumn ? names : [rowKeyName, ...names],
    fields: (row) => {
      const cells = columns.map((column) => cellField(column, row.row[column.name]));
      return hasKeyColumn ? cells : [row.key, ...cells];
    },
    json: (row) => JSON.stringify(rowObject(row, names, hasKeyColumn)),
  };
}

function cellField({ type, sealed }: Column, cell: Cell | undefined): string | null {
  if (cell === undefined || cell === null) return null;
  const commitment = sealed === true ? commitmentIn(cell) : undefined;
  return commitment === undefined ? cellFormText(type, cell) : `sealed:${commitment}`;
}

/** Empty cells are left out, as in the log. */
function rowObject({ key, row }: CurrentRow, names: readonly string[], hasKeyColumn: boolean): Record<string, Cell> {
  const object: Record<string, Cell> = hasKeyColumn ? {} : { [rowKeyName]: key };
  for (const name of names) {
    const cell = row[name];
    if (cell !== undefined && cell !== null) object[name] = cell;
  }
  return object;
}
