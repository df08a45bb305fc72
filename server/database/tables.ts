import type { JSONColumnType, ColumnType as Kept } from 'kysely';
import type { TableDefinition } from '../../protocol/table.ts';
import type { Cells } from '../../protocol/values.ts';

/** The tables of schema.sql, for kysely. spec/server/database/tables.spec.ts compares them with what PostgreSQL has. */
export interface LedgerTables {
  head: HeadTable;
  change: ChangeTable;
  tile: TileTable;
  command: CommandTable;
  table_projection: TableProjection;
  row_projection: RowProjection;
  unique_projection: UniqueProjection;
  sealed_cell: SealedCellTable;
  session: SessionTable;
}

interface HeadTable {
  single: boolean;
  epoch: string;
  seq: number;
  at: Date;
  schema_seq: number;
  peaks: Buffer | null;
}

interface ChangeTable {
  seq: number;
  table_id: number;
  key: string | null;
  group_last: number;
  entry: string;
}

interface TileTable {
  level: number;
  index: number;
  hash: Buffer;
  leaves: Buffer | null;
}

interface CommandTable {
  id: string;
  body: Buffer;
  answer: string;
}

interface TableProjection {
  id: number;
  name: string;
  definition: JSONColumnType<TableDefinition>;
  changed: number;
  dropped: number | null;
}

interface RowProjection {
  table_id: number;
  key: string;
  version: number;
  seq: number;
  at: string;
  by: string;
  cells: JSONColumnType<Cells>;
}

interface UniqueProjection {
  table_id: number;
  column: string;
  value: Buffer;
  key: string;
}

interface SealedCellTable {
  commitment: string;
  table_id: number;
  key: string;
  column: string;
  salt: Buffer;
  value: string;
}

interface SessionTable {
  token_hash: Buffer;
  user: string;
  role: string;
  expires: Kept<Date, Date, Date>;
}
