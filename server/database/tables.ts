import type { Generated, JSONColumnType, ColumnType as Kept } from 'kysely';
import type { TableDefinition } from '../../protocol/table.ts';
import type { Cells } from '../../protocol/values.ts';

/** The tables of schema.sql, for kysely. spec/server/database/tables.spec.ts compares them with what PostgreSQL has. */
export interface LedgerTables {
  head: HeadTable;
  change: ChangeTable;
  tile: TileTable;
  tag: TagTable;
  command: CommandTable;
  table_projection: TableProjection;
  row_projection: RowProjection;
  unique_projection: UniqueProjection;
  sealed_cell: SealedCellTable;
  staged_part: StagedPartTable;
  account: AccountTable;
  applied_administrator: AppliedAdministratorTable;
  session: SessionTable;
  session_key: SessionKeyTable;
  audit: AuditTable;
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
  nodes: Buffer | null;
}

interface TagTable {
  name: string;
  seq: number;
  at: Generated<Date>;
  by: string;
  why: string | null;
  request: string;
  asked: string;
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

interface StagedPartTable {
  stage: string;
  part: number;
  by: string;
  steps: number;
  bytes: number;
  commands: string;
  added: Generated<Date>;
}

interface AccountTable {
  name: string;
  role: string;
  password: string;
  disabled: Generated<boolean>;
  created: Generated<Date>;
}

interface AppliedAdministratorTable {
  name: string;
  line: Buffer;
}

interface SessionTable {
  id: string;
  user: string;
  created: Generated<Date>;
  used: Generated<Date>;
  expires: Kept<Date, Date, Date>;
}

interface SessionKeyTable {
  session: string;
  key: string;
  added: Generated<Date>;
}

interface AuditTable {
  seq: number;
  at: Generated<Date>;
  what: string;
  by: string;
  details: JSONColumnType<object>;
  request: string | null;
  body: Buffer | null;
  answer: string | null;
}
