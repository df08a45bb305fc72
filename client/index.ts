/** The client library of Rowcast: the public door. */
export type { Account, AccountRole, AuditEntry } from '../protocol/accounts.ts';
export {
  formatAddress,
  parseAddress,
  type ServerAddress,
} from '../protocol/address.ts';
export type { Expect, Step } from '../protocol/commands.ts';
export { type Cursor, formatCursor, parseCursor } from '../protocol/cursor.ts';
export type { RowDiff, TableDiff } from '../protocol/diff.ts';
export type { Entry, RowEntry, TableEntry } from '../protocol/entry.ts';
export type { CurrentRow, ErrorBody, ErrorCode, Problem } from '../protocol/errors.ts';
export type { Condition, Filter } from '../protocol/filter.ts';
export { decodeJson, type Json, JsonError, parseJson } from '../protocol/json.ts';
export { limits } from '../protocol/limits.ts';
export { formatPoint, type Point, parsePoint } from '../protocol/point.ts';
export type { Sort } from '../protocol/queries.ts';
export type {
  ActivityBucket,
  BlamedChange,
  BlamedRow,
  CellChange,
  CommandReply,
  Outcome,
  ReplyOf,
  SessionSummary,
  TableSummary,
  Tag,
} from '../protocol/replies.ts';
export type { RequestOf, RequestType } from '../protocol/requests.ts';
export type { ConflictRule, Reverted, RevertedRow } from '../protocol/revert.ts';
export type { AlterStep, Column, TableDefinition } from '../protocol/table.ts';
export { type Cell, type Cells, type ColumnType, columnTypes } from '../protocol/values.ts';
export type { AccountChanges, Accounts, AuditOptions, NewAccount } from './accounts.ts';
export type { Ledger } from './client.ts';
export type { RequestOptions, SendOptions } from './command-channel.ts';
export type { CommandResult, SetTag } from './command-result.ts';
export { type ConnectOptions, connect } from './connect.ts';
export { type Patch, patchLines, readPatch } from './diff/patch.ts';
export type { DiffOptions, LedgerDiff } from './diff/read-diff.ts';
export { RowcastError, type RowcastErrorCode } from './errors.ts';
export type {
  GroupEvent,
  LifeEvent,
  ProvenEvent,
  ResetEvent,
  StateEvent,
  TrustEvent,
  UnprovenEvent,
  WatchChange,
  WatchEvent,
  WatchState,
} from './events.ts';
export { diffTexts, patchTexts } from './export/diff-texts.ts';
export type { Export, ExportSummary, SaveOptions } from './export/export.ts';
export type { ExportLogOptions } from './export/ledger-exports.ts';
export { type FileReport, type VerifyFileOptions, verifyFile } from './export/proof/verify-file.ts';
export { type FileFormat, fileFormats } from './file-format.ts';
export { encodings } from './import/decode.ts';
export type { Import, ImportCommitOptions, ImportResult } from './import/import.ts';
export { ImportError, type ImportProblem } from './import/import-error.ts';
export { type ImportMode, type ImportOptions, type ImportProgress, importModes } from './import/import-options.ts';
export type { ImportPreview } from './import/import-preview.ts';
export type { LargeBatchOptions, LargeBatchProgress, StagedBatch } from './large-batch.ts';
export type { ReadingOptions, RowPage } from './ledger-reads.ts';
export type { LogEntry, LogPage } from './log-reader.ts';
export type {
  ActivityOptions,
  AsOfOptions,
  BlameOptions,
  CellHistoryOptions,
  ChangeOptions,
  CommandOptions,
  EraseOptions,
  ExportTableOptions,
  GetOptions,
  HistoryOptions,
  InsertOptions,
  ListOptions,
  LoginOptions,
  PageOptions,
  ReadLogOptions,
  TablesOptions,
  TagOptions,
  UpsertOptions,
} from './options.ts';
export type { PlayOptions } from './play/ledger-play.ts';
export type { PlayEvent } from './play/play.ts';
export type { ReachedOptions, Replica, ReplicaEvent, ReplicaOptions } from './replica.ts';
export type { RevertOptions } from './revert.ts';
export {
  availableSamples,
  type LoadedSet,
  type LoadSampleOptions,
  loadSample,
  type SampleName,
  type SampleSet,
  sampleNames,
  sampleTables,
} from './samples/load-sample.ts';
export { SampleError } from './samples/sample-error.ts';
export { TamperedError, type TrustFault, type TrustFaultKind } from './trust/fault.ts';
export type { FormerLife, NewLife } from './trust/lives.ts';
export type { VerifiedCheckpoint } from './trust/log-trust.ts';
export type { Unproven } from './trust/proof-debt.ts';
export type { VerifyOptions, VerifyReport } from './trust/verify-ledger.ts';
export type { Watch, WatchOptions } from './watch.ts';
