import type { TableDefinition } from '../../../../protocol/table.ts';
import type { ColumnType } from '../../../../protocol/values.ts';

/** The type of a column, by its name, where it is known: times are then told by the clock of whoever reads. */
export type TypeOf = (column: string) => ColumnType | undefined;

export function typesIn(definition: TableDefinition | undefined): TypeOf {
  const types = new Map(definition?.columns.map(({ name, type }) => [name, type]));
  return (column) => types.get(column);
}
