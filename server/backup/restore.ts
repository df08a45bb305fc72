import { sql } from 'kysely';
import { Frontier } from '../../proof/frontier.ts';
import { type Hash, leafHash } from '../../proof/hash.ts';
import { groupOf, isRowEntry, type RowEntry } from '../../protocol/entry.ts';
import { insertAudit, lockAudit } from '../auth/audit.ts';
import type { Database } from '../database/database.ts';
import type { RowEvent, TableEvent } from '../domain/event.ts';
import { appendChanges } from '../log/append.ts';
import type { Doorbell } from '../log/doorbell.ts';
import { beginNewEpoch, type LockedHead, lockHead } from '../log/head.ts';
import type { Change } from '../log/record.ts';
import { grow, noHashes, type TileHashes } from '../log/tree.ts';
import { projectTables, type RecordedEvent, rebuildHolders, rowsAfter } from '../projections/project.ts';
import { rowStatements } from '../projections/rows.ts';
import { sealedStatements } from '../projections/sealed.ts';
import { BackupSteps, type EntryStep, parseLine, type RowStep } from './backup-steps.ts';
import {
  answerSchema,
  BackupError,
  type BackupHeader,
  type CopiedRow,
  type CopiedTable,
  DamagedError,
} from './format.ts';
import type { BackupReading } from './read-backup.ts';

export interface RestoreOptions {
  readonly database: Database;
  readonly doorbell: Doorbell;
  readonly reading: BackupReading;
  /** The last entry that is wanted; undefined for all of them. */
  readonly to: number | undefined;
  readonly signal: AbortSignal;
  readonly onProgress: (seq: number, of: number) => void;
  /** Looks at the database once more when all is written: what it throws leaves nothing restored. */
  readonly beforeCommit?: ((transaction: Database) => Promise<void>) | undefined;
}

export interface Restored {
  readonly header: BackupHeader;
  /** The new life of the ledger, and where its log ends. */
  readonly epoch: string;
  readonly seq: number;
  /** Of the tree over its entries. */
  readonly root: Hash;
  readonly tables: number;
  readonly rows: number;
  /** Values of sealed cells that the log has and that were erased behind its end. */
  readonly unkept: number;
}

/** Entries, or rows of a copied table, that are written in one statement. */
const pageEntries = 1_000;
/** The same in UTF-16 units of lines and values, beyond which no further one is taken. */
const pageUnitsMax = 8_388_608;

/**
 * Builds a ledger from a backup, in one transaction: the log word for word, everything else from it, and what it does not
 * add up to from the copies. It begins a new life, as whoever has seen more of the former one must be told. Nothing is
 * written when the backup turns out to be damaged, even in its last line.
 * @throws DamagedError; BackupError when the database is not empty or the point cannot be restored
 */
export async function restore(options: RestoreOptions): Promise<Restored> {
  const { database, reading } = options;
  const { seq } = reading.header;
  const to = options.to ?? seq;
  if (to > seq) throw new BackupError(`the backup ends at ${seq}, before ${to}: write --to ${seq} or less`);
  return await database.transaction().execute(async (transaction) => {
    const head = await lockHead(transaction);
    await demandEmpty(transaction, head);
    const restored = await new Restore(transaction, head, { ...options, to }).run();
    await options.beforeCommit?.(transaction);
    return restored;
  });
}

async function demandEmpty(transaction: Database, { seq }: LockedHead): Promise<void> {
  const { rows } = await sql<{ used: boolean }>`
    SELECT EXISTS (SELECT FROM account) OR EXISTS (SELECT FROM audit) OR EXISTS (SELECT FROM tag)
           OR EXISTS (SELECT FROM command) AS used`.execute(transaction);
  if (seq === 0 && rows[0]?.used !== true) return;
  throw new BackupError(
    'there is a ledger in this database already: name an empty one, or another folder, in a setting.ini of its own ' +
      '(rowcast restore FILE --settings OTHER.ini)',
  );
}

class Restore {
  readonly #transaction: Database;
  readonly #options: RestoreOptions & { readonly to: number };
  readonly #steps: BackupSteps;
  #head: LockedHead;
  #open: TileHashes | undefined = noHashes;
  #entries: EntryStep[] = [];
  #copies: RowStep[] = [];
  /** Of the entries, or copies, that wait. */
  #units = 0;
  /** Commitments without a value, of the entries that are restored. */
  readonly #gone = new Set<string>();
  readonly #living = new Map<string, EntryStep['life']>();

  constructor(transaction: Database, head: LockedHead, options: RestoreOptions & { readonly to: number }) {
    this.#transaction = transaction;
    this.#head = { ...head, frontier: new Frontier() };
    this.#options = options;
    this.#steps = new BackupSteps(options.reading);
  }

  async run(): Promise<Restored> {
    const { to, signal } = this.#options;
    for await (const step of this.#steps.all()) {
      signal.throwIfAborted();
      if (step.kind === 'row') await this.#takeCopy(step);
      else if (step.entry.seq <= to) await this.#takeEntry(step);
    }
    await this.#writeEntries();
    await this.#writeCopies();
    for (const { id, definition } of this.#living.values()) {
      if (definition.columns.some(({ unique }) => unique)) await rebuildHolders(this.#transaction, { id, definition });
    }
    return await this.#finish();
  }

  async #takeEntry(step: EntryStep): Promise<void> {
    const { entry, gone, life } = step;
    const { to, onProgress } = this.#options;
    const [first, last] = groupOf(entry);
    if (last > to) {
      throw new BackupError(
        `change ${to} is in the middle of a command, #${first} to #${last}, which is never split: write --to ${last} or ${first - 1}`,
      );
    }
    for (const commitment of gone) this.#gone.add(commitment);
    // Rows that are ahead of a change of their table are written before it, and those behind it after.
    if (!isRowEntry(entry)) await this.#writeEntries();
    this.#entries.push(step);
    this.#units += step.sealed.reduce((sum, { value }) => sum + value.length, step.text.length);
    if (!isRowEntry(entry)) {
      if (entry.op === 'drop') this.#living.delete(entry.table);
      else this.#living.set(entry.table, { ...life });
    }
    if (isRowEntry(entry) && this.#entries.length < pageEntries && this.#units < pageUnitsMax) return;
    await this.#writeEntries();
    onProgress(entry.seq, to);
  }

  async #writeEntries(): Promise<void> {
    const steps = this.#entries;
    const last = steps.at(-1)?.entry;
    if (last === undefined) return;
    this.#entries = [];
    this.#units = 0;
    const recorded = steps.map(recordedEvent);
    const growth = grow(
      this.#head.frontier,
      steps.map(({ text }) => leafHash(text)),
      this.#open,
    );
    await projectTables(this.#transaction, recorded);
    await appendChanges(this.#transaction, {
      head: { ...this.#head, at: last.at },
      changes: steps.map(changeOf),
      growth,
      doorbell: this.#options.doorbell,
      alongside: [...rowStatements(rowsAfter(recorded)), ...sealedStatements(recorded, { mayBeKept: true })],
    });
    const schemaSeq = isRowEntry(last) ? this.#head.schemaSeq : last.seq;
    this.#head = { ...this.#head, seq: last.seq, schemaSeq, frontier: growth.frontier };
    this.#open = growth.open;
  }

  async #takeCopy(step: RowStep): Promise<void> {
    await this.#writeEntries();
    if (!isWithin(step, this.#options.to)) return;
    const isFull = this.#copies.length >= pageEntries || this.#units >= pageUnitsMax;
    if (isFull || (this.#copies[0] ?? step).table !== step.table) await this.#writeCopies();
    this.#copies.push(step);
    this.#units += step.units;
  }

  async #writeCopies(): Promise<void> {
    const copies = this.#copies;
    const table = copies[0]?.table;
    if (table === undefined) return;
    this.#copies = [];
    this.#units = 0;
    await insertCopies(
      this.#transaction,
      table,
      copies.map(({ row }) => row),
    );
  }

  async #finish(): Promise<Restored> {
    const { header } = this.#steps;
    const { to } = this.#options;
    const epoch = await beginNewEpoch(this.#transaction);
    const unkept = to < header.seq ? [...this.#gone] : [];
    await recordRestore(this.#transaction, { backup: `${header.seq}@${header.epoch}`, to, unkept });
    const { rows } = await sql<{ rows: number; tables: number }>`
      SELECT (SELECT count(*) FROM row_projection) AS rows,
             (SELECT count(*) FROM table_projection WHERE dropped IS NULL) AS tables`.execute(this.#transaction);
    const [{ tables = 0, rows: count = 0 } = {}] = rows;
    const { seq, frontier } = this.#head;
    return { header, epoch, seq, root: frontier.root, tables, rows: count, unkept: unkept.length };
  }
}

/** What an entry says that was decided. Values of unique columns are held anew in the end, so they are not told here. */
function recordedEvent({ entry, life, sealed }: EntryStep): RecordedEvent {
  const { seq, at, by } = entry;
  const recording = { seq, at, by };
  if (!isRowEntry(entry)) {
    const before = entry.was ?? entry.definition ?? life.definition;
    const { op, definition, steps, was } = entry;
    const event = { op, table: { id: life.id, definition: before }, definition, steps, was };
    return { event: event as TableEvent, recording };
  }
  return { event: rowEvent(entry, life, sealed), recording };
}

/** Of what an erase deletes nothing is there: its columns are left out. */
function rowEvent(
  { op, key, version, row, was }: RowEntry,
  { id, definition }: EntryStep['life'],
  sealed: EntryStep['sealed'],
): RowEvent {
  const unheld = {
    id,
    definition: { ...definition, columns: definition.columns.map((column) => ({ ...column, unique: false })) },
  };
  return { op, table: unheld, key, version, row, was, sealed } as RowEvent;
}

function changeOf({ entry, text, life }: EntryStep): Change {
  const key = isRowEntry(entry) ? entry.key : null;
  return { seq: entry.seq, tableId: life.id, table: entry.table, key, groupLast: groupOf(entry)[1], entry: text };
}

/** Whether a copied row belongs to the log up to a seq: a tag by what it names, an answer by where its command ended. */
function isWithin({ table, row: { seq, answer } }: RowStep, to: number): boolean {
  if (table === 'tag') return (seq ?? 0) <= to;
  return table === 'command' ? endOf(answer ?? '') <= to : true;
}

function endOf(answer: string): number {
  const { data } = answerSchema.safeParse(parseLine(answer));
  if (data === undefined) throw new DamagedError(`an answer in it is damaged: ${answer.slice(0, 40)}`);
  return data.seq;
}

async function insertCopies(transaction: Database, table: CopiedTable, rows: readonly CopiedRow[]): Promise<void> {
  await sql`
    INSERT INTO ${sql.table(table)}
    SELECT * FROM json_populate_recordset(NULL::${sql.table(table)}, ${JSON.stringify(rows)}::json)`.execute(
    transaction,
  );
}

/** Commitments that one entry of the audit names. */
const unkeptMax = 1_000;

/** Tells administrators, and whoever verifies the database: why some values are not there that nobody has erased. */
async function recordRestore(
  transaction: Database,
  { backup, to, unkept }: { readonly backup: string; readonly to: number; readonly unkept: readonly string[] },
): Promise<void> {
  await lockAudit(transaction);
  for (let from = 0; from === 0 || from < unkept.length; from += unkeptMax) {
    const part = unkept.slice(from, from + unkeptMax);
    const event = { what: 'restored', by: '', backup, to, ...(part.length > 0 ? { unkept: part } : {}) } as const;
    await insertAudit(transaction, event);
  }
}
