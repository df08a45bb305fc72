import type { ServerAddress } from '../protocol/address.ts';
import type { Command, Step } from '../protocol/commands.ts';
import { type Cursor, parseCursor } from '../protocol/cursor.ts';
import type { CurrentRow } from '../protocol/errors.ts';
import { tablesTopic, tableTopic } from '../protocol/feed.ts';
import type { Point } from '../protocol/point.ts';
import type { CellChange, ReplyOf, Tag } from '../protocol/replies.ts';
import type { RequestOf, RequestType } from '../protocol/requests.ts';
import type { Reverted } from '../protocol/revert.ts';
import type { AlterStep, TableDefinition } from '../protocol/table.ts';
import type { Cells } from '../protocol/values.ts';
import { Accounts } from './accounts.ts';
import { readCellHistory } from './cell-history.ts';
import type { Transport } from './channels.ts';
import { CommandChannel, type RequestOptions, type SendOptions, type Typed } from './command-channel.ts';
import { type CommandResult, type SetTag, toCommandResult } from './command-result.ts';
import { patchSteps } from './diff/apply-patch.ts';
import type { Patch } from './diff/patch.ts';
import { type DiffOptions, type LedgerDiff, readDiff } from './diff/read-diff.ts';
import { RowcastError } from './errors.ts';
import type { EventQueueLimits } from './event-queue.ts';
import type { Export } from './export/export.ts';
import { type ExportLogOptions, LedgerExports } from './export/ledger-exports.ts';
import { FeedLink } from './feed-link.ts';
import { Import } from './import/import.ts';
import type { ImportOptions } from './import/import-options.ts';
import type { JoinOptions } from './join.ts';
import { commitStaged, LargeBatch, type LargeBatchOptions, type StagedBatch } from './large-batch.ts';
import { LedgerReads, type ReadingOptions, type RowPage, readRowPages } from './ledger-reads.ts';
import type { LiveBufferLimits } from './live-buffer.ts';
import { type LogEntry, type LogPage, readEntries, readPages } from './log-reader.ts';
import { Opener } from './opener.ts';
import type {
  ActivityOptions,
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
import { type PlayOptions, play } from './play/ledger-play.ts';
import type { PlayEvent } from './play/play.ts';
import { Replica, type ReplicaOptions } from './replica.ts';
import { type RevertOptions, sendRevert } from './revert.ts';
import { ClientSession } from './session.ts';
import { SessionKeeper } from './session-keeper.ts';
import type { Timing } from './timing.ts';
import { type CheckpointStore, MemoryStore } from './trust/checkpoint-store.ts';
import { EntryCheck } from './trust/entry-check.ts';
import type { FormerLife } from './trust/lives.ts';
import { LogTrust, type VerifiedCheckpoint } from './trust/log-trust.ts';
import { ProofReads } from './trust/proof-reads.ts';
import { LedgerVerification, type VerifyOptions, type VerifyReport } from './trust/verify-ledger.ts';
import { findDelete } from './undelete.ts';
import { Watch, type WatchOptions } from './watch.ts';
/** For specs: what stands for the network and the clock, and narrower limits. */
export interface LedgerParts {
  readonly transport: Transport;
  readonly addresses: readonly ServerAddress[];
  readonly timing: Timing;
  readonly timeoutMs: number;
  readonly session: ClientSession | undefined;
  /** Where checkpoints are kept; without it nothing is verified. */
  readonly checkpoints?: CheckpointStore | undefined;
  readonly queueLimits?: EventQueueLimits | undefined;
  readonly bufferLimits?: LiveBufferLimits | undefined;
}

/**
 * One ledger on one or several servers. Every method throws {@link RowcastError}.
 *
 * Commands are sent under an id and, when no answer comes, again under the same id until their time is over; they take
 * effect once. A `timeout` of a command says whether its outcome is unknown, and under which id to settle it.
 */
export class Ledger implements AsyncDisposable {
  readonly #parts: LedgerParts;
  readonly #channel: CommandChannel;
  /** Who may do what, and who is logged in. */
  readonly accounts: Accounts;
  readonly #trust: LogTrust | undefined;
  readonly #keeper: SessionKeeper;
  readonly #opener: Opener;
  readonly #exports: LedgerExports;
  readonly #open = new Set<Watch | Replica>();
  /** Of each user that has logged in with it. */
  readonly #devices = new Map<string, string>();
  #closed = false;

  constructor(parts: LedgerParts) {
    this.#parts = parts;
    this.#channel = new CommandChannel(parts);
    this.#channel.session = parts.session;
    this.accounts = new Accounts(this.#channel);
    const { checkpoints: store, timing, transport } = parts;
    this.#keeper = new SessionKeeper({ channel: this.#channel, timing, publicKey: transport.publicKey });
    this.#trust = store && new LogTrust({ reads: new ProofReads(this.#channel), store, timing });
    this.#opener = new Opener(this.#channel);
    this.#exports = new LedgerExports({ channel: this.#channel, opener: this.#opener, trust: this.#trust, timing });
  }

  /**
   * Demands a signed checkpoint of the server that continues the one that was verified last, in this process or before; at
   * the first contact there is none, and the server is believed. A watch does so by itself. Undefined when nothing is
   * verified (`checkpoints: false`, or a server that signs nothing).
   * @throws TamperedError when the log is not what it was
   */
  async checkpoint({ signal }: RequestOptions = {}): Promise<VerifiedCheckpoint | undefined> {
    const verified = await this.#trust?.contact(signal ?? new AbortController().signal);
    return verified && { ...verified, kept: this.#trust?.remembered?.size };
  }

  /**
   * The other lives of the ledger that were met at these servers before, and how far each was verified; the last one first.
   * Known after the first contact: a {@link checkpoint}, a watch, {@link verify}.
   */
  get formerLives(): readonly FormerLife[] {
    return this.#trust?.former ?? [];
  }

  /**
   * Reads every entry of the log again, hashes it, holds it against the signed checkpoint and the one that was kept, and
   * compares every table with what the log adds up to. @throws TamperedError with the first bad seq
   */
  async verify(options: VerifyOptions = {}): Promise<VerifyReport> {
    const { timing } = this.#parts;
    const reads = new ProofReads(this.#channel);
    const trust = this.#trust ?? new LogTrust({ reads, store: new MemoryStore(), timing });
    return await new LedgerVerification({ channel: this.#channel, trust, reads, timing }, options).run();
  }

  /**
   * The session, `SESSION.SECRET`; undefined when not logged in. Give it to {@link connect} to go on with the session
   * elsewhere. Whoever has it has the session.
   */
  get token(): string | undefined {
    return this.#channel.session?.text;
  }

  /** Sends any request of the protocol as it stands. The methods below are made of it. */
  async request<Type extends RequestType>(request: Typed<Type>, options?: SendOptions): Promise<ReplyOf<Type>> {
    const { body } = await this.#channel.request(request, options);
    return body;
  }

  /** Begins a session, which every request proves from now on. */
  async login(user: string, password: string, options: LoginOptions = {}): Promise<ReplyOf<'session.login'>> {
    const device = options.device ?? this.#devices.get(user);
    const session = await this.request({ type: 'session.login', user, password, device }, options);
    if (session.device !== undefined) this.#devices.set(user, session.device);
    this.#channel.session = new ClientSession(session);
    this.#keeper.begin();
    return session;
  }

  /** Ends the session; quietly when there is none. */
  async logout(options?: RequestOptions): Promise<void> {
    if (this.#channel.session === undefined) return;
    await this.request({ type: 'session.logout' }, options);
    this.#channel.session = undefined;
  }

  status(options?: RequestOptions): Promise<ReplyOf<'server.status'>> {
    return this.request({ type: 'server.status' }, options);
  }

  /** Every table, with its definition, its number of rows and the seq of its last change. */
  tables(options: TablesOptions = {}): Promise<ReplyOf<'table.list'>> {
    return this.request({ type: 'table.list', asOf: options.asOf, counts: options.counts }, options);
  }

  /** Names a point of the log for ever; in a dry run, the tag as it would be. @throws RowcastError `tag_exists` */
  async tag(name: string, options: TagOptions = {}): Promise<SetTag> {
    const { point, why } = options;
    const { tag, dryRun } = await this.request({ type: 'tag.set', name, point, why }, options);
    return dryRun ? { ...tag, dryRun } : tag;
  }

  /** Every tag, in order of the log. */
  async tags(options?: RequestOptions): Promise<readonly Tag[]> {
    return (await this.request({ type: 'tag.list' }, options)).tags;
  }

  createTable(definition: TableDefinition, options: CommandOptions = {}): Promise<CommandResult> {
    return this.#command({ type: 'table.create', ...definition, why: options.why }, options);
  }

  /** Does the steps one after another, as one change. */
  alterTable(table: string, steps: readonly AlterStep[], options: CommandOptions = {}): Promise<CommandResult> {
    return this.#command({ type: 'table.alter', table, steps: [...steps], why: options.why }, options);
  }

  dropTable(table: string, options: CommandOptions = {}): Promise<CommandResult> {
    return this.#command({ type: 'table.drop', table, why: options.why }, options);
  }

  /** Refused when the key is there. */
  insert(table: string, row: Cells, options: InsertOptions = {}): Promise<CommandResult> {
    const { key, why } = options;
    return this.#command({ type: 'row.insert', table, key, row, why }, options);
  }

  /** Sets the cells that are named and leaves the others; null empties a cell. Expects `present` unless told otherwise. */
  update(table: string, key: string, row: Cells, options: ChangeOptions = {}): Promise<CommandResult> {
    const { expect, why } = options;
    return this.#command({ type: 'row.update', table, key, row, expect, why }, options);
  }

  /** Inserts, or where the key is there, updates. Expects `any` unless told otherwise. */
  upsert(table: string, row: Cells, options: UpsertOptions = {}): Promise<CommandResult> {
    const { key, expect, why } = options;
    return this.#command({ type: 'row.upsert', table, key, row, expect, why }, options);
  }

  delete(table: string, key: string, options: ChangeOptions = {}): Promise<CommandResult> {
    const { expect, why } = options;
    return this.#command({ type: 'row.delete', table, key, expect, why }, options);
  }

  /**
   * Deletes for good what the sealed cells of a row stand for, in all its lives. Commitments and proofs stay, and so does
   * the change that says who erased it and why.
   */
  erase(table: string, key: string, options: EraseOptions = {}): Promise<CommandResult> {
    const { columns, why } = options;
    return this.#command({ type: 'row.erase', table, key, columns: columns && [...columns], why }, options);
  }

  /** Several commands, over rows and tables, that take effect together or not at all. */
  batch(commands: readonly Step[], options: CommandOptions = {}): Promise<CommandResult> {
    return this.#command({ type: 'batch', commands: [...commands], why: options.why }, options);
  }

  /**
   * The same for any number of commands, which are sent in parts as they come: memory is needed for two parts. The
   * result has no `results`. Others who write wait while it is committed: some 0.1 ms for each command.
   *
   * @example
   * await ledger.largeBatch(readLines(file), { why: 'the census', onProgress: ({ commands }) => show(commands) });
   */
  largeBatch(commands: Iterable<Step> | AsyncIterable<Step>, options: LargeBatchOptions = {}): Promise<CommandResult> {
    return new LargeBatch(this.#channel, this.#parts.timing, options).send(commands);
  }

  /**
   * Learns what became of a large batch whose caller was lost behind its last part, by its `id` and the number of `parts`
   * that its progress told: it was done, or it is done now.
   * @throws RowcastError `invalid` when it was not done and its parts are not there any more
   */
  commitStaged(batch: StagedBatch): Promise<CommandResult> {
    return commitStaged(this.#channel, batch);
  }

  /**
   * Takes changes back, as new changes: one, `{ seq }`; those of a command, `{ command: id }`; a range, `{ after, last }`;
   * what leads from one point to another or to now, `{ from, to }`; or all that somebody has made since a point,
   * `{ by, since }`. A revert can be reverted like anything else.
   *
   * What was changed again since is a conflict. Unless `conflicts` says who wins, nothing is done then:
   * `keep`, what is there now stays, and the rest is taken back; `overwrite`, it gets what was before.
   * @throws RowcastError `revert_conflict`, whose `problems` are all conflicts with what is there now (`current`), what
   * would be (`wouldBe`) and the change that stands in the way (`touched`)
   * @example
   * const { seq } = await ledger.delete('employees', 'E7');
   * await ledger.revert({ seq }, { why: 'she stays' });
   */
  async revert(what: Reverted, { open, ...options }: RevertOptions = {}): Promise<CommandResult> {
    const result = await sendRevert(this.#channel, what, options);
    if (open !== true || result.entries === undefined) return result;
    return { ...result, entries: await this.#opener.logEntries(result.entries, timing(options)) };
  }

  /**
   * Brings a deleted row back as it was, by a revert of its delete; nothing, with `changed: false`, when it is there.
   * @throws RowcastError `row_not_found` when there was never such a row, `invalid` when a unique value is taken
   */
  async undelete(table: string, key: string, options: CommandOptions = {}): Promise<CommandResult> {
    const changes = this.history(table, key, { newestFirst: true, ...timing(options) });
    const seq = await findDelete(changes, { table, key, id: options.id });
    if (seq !== undefined) return await this.revert({ seq }, options);
    const { epoch, seq: head } = await this.status(timing(options));
    return { epoch, seq: head, changed: false, ...(options.dryRun && { dryRun: true, entries: [] }) };
  }

  /**
   * Reads a file of rows (CSV, NDJSON or JSON) of any size and holds it against a table, or a new one that it makes. What
   * it comes to is looked at first, and then committed as one command. Importing the same file again changes nothing.
   *
   * @example
   * await using plan = await ledger.import(createReadStream('rates.csv'), { table: 'rate', mode: 'mirror' });
   * if (plan.preview.problemCount === 0) await plan.commit({ why: 'the rates of May' });
   * @throws ImportError when the file cannot be read, or does not fit the table
   */
  import(bytes: AsyncIterable<Uint8Array>, options: ImportOptions): Promise<Import> {
    return Import.prepare(this, bytes, options);
  }

  async #command(command: Command, options: CommandOptions): Promise<CommandResult> {
    return toCommandResult(await this.#channel.request(command, options));
  }

  /** One row as it is, or as it was. @throws RowcastError `row_not_found`, `table_not_found` */
  async get(table: string, key: string, options: GetOptions = {}): Promise<CurrentRow> {
    const { row } = await this.request({ type: 'row.get', table, key, asOf: options.asOf }, options);
    if (options.open !== true) return row;
    const [opened = row] = await this.#opener.rows([row], timing(options));
    return opened;
  }

  /** One page of rows; `next`, given as `after`, brings the next one as of the same seq. */
  async list(table: string, options: PageOptions = {}): Promise<RowPage> {
    const { after, ...list } = options;
    const page = await this.request({ ...toListRequest(table, list), after }, options);
    return options.open === true ? { ...page, rows: await this.#opener.rows(page.rows, timing(options)) } : page;
  }

  /**
   * All rows over all pages, as of the seq of the first page, whatever is written meanwhile.
   * `limit` is the size of a page.
   */
  async *rows(table: string, options: ListOptions = {}): AsyncGenerator<CurrentRow, void, undefined> {
    for await (const { rows } of readRowPages(this.#channel, toListRequest(table, options), options)) {
      yield* options.open === true ? await this.#opener.rows(rows, timing(options)) : rows;
    }
  }

  /** Every change of a row over all its lives, oldest first unless `newestFirst`. */
  history(table: string, key: string, options: HistoryOptions = {}): AsyncGenerator<LogEntry, void, undefined> {
    const { asOf, newestFirst, limit } = options;
    return readEntries(this.#pages({ type: 'row.history', table, key, asOf, newestFirst, limit }, options));
  }

  /**
   * Every change of one cell, oldest first unless `newestFirst`: what it held, since when, by whom and why; through the
   * renames and types of its column, back to where the column was added. The column is named as it is called as of `asOf`.
   */
  async *cellHistory(
    table: string,
    key: string,
    column: string,
    options: CellHistoryOptions = {},
  ): AsyncGenerator<CellChange, void, undefined> {
    const { asOf, newestFirst } = options;
    const request = { type: 'cell.history', table, key, column, asOf, newestFirst } as const;
    for await (const changes of readCellHistory(this.#channel, request, options)) {
      yield* options.open === true ? await this.#opener.cellChanges(changes, timing(options)) : changes;
    }
  }

  /**
   * Who last set each cell of these rows (at most 1,000, of 50,000 cells), and why: by column the seq of a change, which
   * stands in `changes`. Rows that there are not are left out.
   */
  blame(table: string, keys: readonly string[], options: BlameOptions = {}): Promise<ReplyOf<'row.blame'>> {
    return this.request({ type: 'row.blame', table, keys: [...keys], asOf: options.asOf }, options);
  }

  /**
   * How much was changed when: how many changes in each of so many equal stretches of time, and the seq at the end of each.
   * Draw it, and whatever place is pointed at is a point to read as of.
   */
  activity(options: ActivityOptions = {}): Promise<ReplyOf<'log.activity'>> {
    const { table, from, asOf, buckets } = options;
    return this.request({ type: 'log.activity', table, from, asOf, buckets }, options);
  }

  /**
   * What is different at `to`, or now, from what was at `from`: tables that were made, altered or dropped, and every row
   * that is not as it was, once, whatever happened to it in between. `to` may be the earlier point: then it is what leads
   * back there.
   */
  diff(from: Point, options: DiffOptions = {}): Promise<LedgerDiff> {
    return readDiff({ channel: this.#channel, opener: this.#opener }, from, options);
  }

  /**
   * Does here what a diff says was done elsewhere, as one command. Nothing is done where this ledger is not as that one
   * was: `version_conflict`, with each cell that is not; and nothing, with `changed: false`, where it is as the patch
   * leaves it, all of it. A table that the patch drops goes with whatever rows it has here. Rows of a patch are held in
   * memory.
   */
  async apply(patch: Patch, options: LargeBatchOptions = {}): Promise<CommandResult> {
    const { epoch, seq, tables } = await this.tables({ signal: options.signal, counts: false });
    const steps = await patchSteps(patch, {
      definitions: new Map(tables.map(({ definition }) => [definition.name, definition])),
      rows: (table) =>
        this.rows(table, { signal: options.signal, sort: [], open: this.#channel.session !== undefined }),
    });
    if (steps.length === 0) return { epoch, seq, changed: false, ...(options.dryRun && { dryRun: true, entries: [] }) };
    return await this.largeBatch(steps, options);
  }

  /** The log, in order of seq, up to its head; or from there back. */
  readLog(options: ReadLogOptions = {}): AsyncGenerator<LogEntry, void, undefined> {
    return readEntries(this.readLogPages(options));
  }

  /** The same page by page, for who reads millions. */
  readLogPages(options: ReadLogOptions = {}): AsyncGenerator<LogPage, void, undefined> {
    const { table, asOf, after, newestFirst, epoch, limit } = options;
    return this.#pages({ type: 'log.read', table, asOf, after, newestFirst, epoch, limit }, options);
  }

  /** A table, or what of it a query chooses, as a file: of now, or as of any point. Sealed cells are commitments. */
  exportTable(table: string, { rowsMax, ...options }: ExportTableOptions): Export<CurrentRow> {
    return this.#exports.table({ ...options, rowsMax, list: toListRequest(table, options) });
  }

  /** A stretch of the log as a file; as NDJSON or JSON with the very bytes that were recorded. */
  exportLog(options: ExportLogOptions): Export<LogEntry> {
    return this.#exports.log(options);
  }

  /**
   * Follows a table, or the whole ledger; see {@link Watch}.
   * A table begins with its snapshot, the whole ledger at its present head; both with `from` behind that cursor.
   */
  watch(options: WatchOptions = {}): Watch {
    const { table, filter, signal } = options;
    if (filter !== undefined && table === undefined) {
      throw new RowcastError('bad_request', 'a filter needs a table: name the one that it is about');
    }
    const watch = new Watch({
      join: this.#joinParts(table, options.open),
      table,
      filter,
      from: readCursor(options.from),
      signal,
      queueLimits: this.#parts.queueLimits,
      closed: (self) => this.#forget(self),
    });
    this.#remember(watch);
    return watch;
  }

  /**
   * Plays a stretch of the log again with the time that passed between its changes, and then, without `to`, goes on with
   * each change as it is made: every seq once, without a seam.
   *
   * @example
   * for await (const event of ledger.play({ table: 'rates', from: { tag: '2025-closed' }, speed: 60, gapMsMax: 2_000 })) {
   *   if (event.type === 'group') apply(event.changes);
   * }
   */
  play(options: PlayOptions = {}): AsyncGenerator<PlayEvent, void, undefined> {
    const { table, open, signal } = options;
    const parts = {
      channel: this.#channel,
      timing: this.#parts.timing,
      watch: (from: Cursor) => this.watch({ table, open, signal, from }),
      read: ({ seq, epoch }: Cursor) => this.readLogPages({ table, open, signal, after: seq, epoch }),
    };
    return play(parts, options);
  }

  /** Holds a table in memory and keeps it up to date; see {@link Replica}. */
  replica(table: string, { filter, open }: ReplicaOptions = {}): Replica {
    const replica = new Replica({
      join: this.#joinParts(table, open),
      table,
      filter,
      closed: (self) => this.#forget(self),
    });
    this.#remember(replica);
    return replica;
  }

  #remember(one: Watch | Replica): void {
    this.#open.add(one);
    this.#keeper.start();
  }

  #forget(one: Watch | Replica): void {
    this.#open.delete(one);
    if (this.#open.size === 0) this.#keeper.stop();
  }

  /** Closes all that was opened from here. Requests that wait are refused with `closed`. */
  async close(): Promise<void> {
    this.#closed = true;
    this.#keeper.stop();
    const closing = [...this.#open].map((one) => one.close());
    this.#channel.close();
    await Promise.all(closing);
    await this.#trust?.close();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  /** Pages of entries; their lines are those of the log, opened or not. */
  async *#pages(
    request: RequestOf<'log.read'> | RequestOf<'row.history'>,
    options: ReadingOptions,
  ): AsyncGenerator<LogPage, void, undefined> {
    for await (const page of readPages(this.#channel, request, options)) {
      const isOpen = options.open === true;
      yield isOpen ? { ...page, entries: await this.#opener.logEntries(page.entries, timing(options)) } : page;
    }
  }

  #joinParts(
    table: string | undefined,
    open: boolean | undefined,
  ): Omit<JoinOptions, 'sink' | 'table' | 'filter' | 'from'> {
    if (this.#closed) throw new RowcastError('closed', 'the ledger was closed');
    const { transport, addresses, timing, bufferLimits } = this.#parts;
    const topic = table === undefined ? tablesTopic : tableTopic(table);
    return {
      reads: new LedgerReads(this.#channel),
      link: (listener) => new FeedLink({ transport, addresses, timing, topic, listener }),
      timing,
      admit: transport.publicKey === undefined ? undefined : (signal) => this.#keeper.openFeed(signal),
      bufferLimits,
      verification: this.#trust && this.#verification(this.#trust),
      opener: open === true ? this.#opener : undefined,
    };
  }

  #verification(trust: LogTrust): JoinOptions['verification'] {
    const { timing } = this.#parts;
    const reads = new ProofReads(this.#channel);
    return { trust, check: (listener) => new EntryCheck({ trust, reads, timing, ...listener }) };
  }
}

/** What of a call's options goes for the requests that follow the first: an id is of one request. */
function timing({ signal, timeoutMs }: ReadingOptions): ReadingOptions {
  return { signal, timeoutMs };
}

function toListRequest(table: string, { filter, sort, search, limit, asOf }: ListOptions): RequestOf<'row.list'> {
  return { type: 'row.list', table, filter, sort, search, limit, asOf };
}

function readCursor(from: Cursor | string | undefined): Cursor | undefined {
  if (typeof from !== 'string') return from;
  const cursor = parseCursor(from);
  if (cursor === undefined) {
    throw new RowcastError('bad_request', `${JSON.stringify(from)} is no cursor; write seq@epoch`);
  }
  return cursor;
}
