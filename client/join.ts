import type { Cursor } from '../protocol/cursor.ts';
import { groupOf } from '../protocol/entry.ts';
import type { HeadMessage } from '../protocol/feed.ts';
import type { Filter } from '../protocol/filter.ts';
import type { TableDefinition } from '../protocol/table.ts';
import { Backoff } from './backoff.ts';
import { type Chain, LedgerChain, TableChain } from './chains.ts';
import { firstMisplaced } from './delivery-order.ts';
import { isAhead, isTransient, RowcastError, type RowcastErrorCode } from './errors.ts';
import type { EntryGroup, StateEvent, TrustEvent, WatchState } from './events.ts';
import type { FeedLink, FeedListener } from './feed-link.ts';
import { GroupAssembler } from './group-assembler.ts';
import type { LedgerReads, Snapshot } from './ledger-reads.ts';
import { EntryLines } from './lines.ts';
import { type FeedInput, LiveBuffer, type LiveBufferLimits } from './live-buffer.ts';
import type { Opener } from './opener.ts';
import { begun } from './pages-ahead.ts';
import { pause, type Timing } from './timing.ts';
import type { EntryCheck, EntryCheckOptions } from './trust/entry-check.ts';
import type { LogTrust } from './trust/log-trust.ts';
import type { Unproven } from './trust/proof-debt.ts';

/** Who receives what a join delivers: everything in order, once, and whole groups only. */
export interface JoinSink {
  /** Whether delivery should wait for {@link room}. */
  readonly isFull: boolean;
  /** Resolves when there is room again, and when nobody wants anything any more. */
  room(): Promise<void>;
  /** The state, whole; what was delivered before is void. @throws RowcastError when it cannot be used */
  reset(snapshot: Snapshot): void;
  /** The table's definition where the replay begins. @throws RowcastError when it cannot be used */
  begin(definition: TableDefinition | undefined): void;
  /** @throws RowcastError when no more can be delivered after these, {@link StartOver} when a new snapshot is wanted */
  groups(groups: readonly EntryGroup[], epoch: string, bytes: number): void;
  /** Everything up to here was delivered. */
  position(cursor: Cursor): void;
  state(event: StateEvent): void;
  trust(event: TrustEvent): void;
}

export interface JoinOptions {
  readonly reads: LedgerReads;
  readonly link: (listener: FeedListener) => FeedLink;
  readonly timing: Timing;
  /** Has the feed opened to us, before it is connected to; left out where that is not needed. */
  readonly admit?: ((signal: AbortSignal) => Promise<void>) | undefined;
  readonly sink: JoinSink;
  /** The whole ledger when left out. */
  readonly table: string | undefined;
  readonly filter: Filter | undefined;
  /** Replay from here instead of a snapshot. */
  readonly from: Cursor | undefined;
  readonly bufferLimits?: LiveBufferLimits | undefined;
  /** Opens sealed cells before they are delivered. */
  readonly opener?: Opener | undefined;
  /** Holds what is delivered against the log that was signed; without it nothing is verified. */
  readonly verification?: Verification | undefined;
}

/** What verifies a join: the ledger's trust in its log, and the check of the entries that this join delivers. */
export interface Verification {
  readonly trust: LogTrust;
  readonly check: (listener: Pick<EntryCheckOptions, 'onFault' | 'onUnproven'>) => EntryCheck;
}

type LogPages = ReturnType<LedgerReads['log']>;

/** Thrown by a sink that wants a new snapshot. */
export class StartOver extends Error {
  override readonly name = 'StartOver';
}

/** Messages looked at in one go; then timers and sockets have their turn. */
const turnMessages = 500;

/** Times that a server may say it does not have our position yet, before it is believed. */
const aheadMax = 5;

/**
 * Joins the state of a table, or the log from a cursor, with the feed, so that nothing is missed and nothing is seen
 * twice (promises P5, P6, P7), over a feed that may lose anything at any time without a word.
 *
 * The three phases:
 * 1. *Snapshot.* Subscribe; wait for the welcome, so that the subscription stands; read the table as of one seq S while
 *    what the feed brings waits in a bounded buffer. With a cursor there is no snapshot: S is the cursor. Without a
 *    table there is none either: S is the cursor, or the head as the server tells it when it is asked. (The welcome names
 *    the head of when the server started: libzmq keeps the first one for good.)
 * 2. *Catch up.* With a cursor, read the log from S to its end.
 * 3. *Live.* Take what the feed brought, in order. A message that chains from the position is delivered, one at or
 *    before it is dropped, one that leaves a gap sends the reader to the log and is then dropped or delivered like any
 *    other.
 *
 * The invariant: every change of the topic with a seq up to the *position* was delivered, once, in order and in whole
 * groups, and none beyond it. The position moves in three places only: a snapshot sets it, delivered groups move it, and
 * a head that shows that the topic has nothing beyond it moves it along (a bookmark).
 *
 * Every loss is found: before a later message by its `previous`, before silence by the head of each second, by the
 * welcome after a reconnection, and by ourselves when the buffer overflows. All end in the same place, reading the log
 * from the position, so there is one way to heal and it is used from the first day. The welcome is thus a matter of
 * speed, not of truth.
 *
 * Rejected: snapshot first and subscribe then, or subscribe without waiting (loses what was made in between, SEMANTICS
 * M1); resending by the server (it would have to remember each reader); stopping to read the socket when the consumer
 * is slow (the high-water mark then drops silently, and a stale backlog is delivered first on waking, Z11 and Z13).
 *
 * ```
 * connecting ─welcome─▶ catchingUp ─log and buffer read─▶ live ──gap · overflow──▶ behind
 *                           ▲                            ▲ │ ◀─────log read──────── │ ▲
 *                           │                      head  │ ▼        silence         ▼ │ gap
 *                           └──────start over──────── disconnected ◀──────────────────┘
 * ```
 */
export class Join {
  readonly #options: JoinOptions;
  readonly #link: FeedLink;
  readonly #buffer: LiveBuffer;
  readonly #chain: Chain;
  readonly #backoff: Backoff;
  readonly #stop = new AbortController();
  readonly #check: EntryCheck | undefined;
  /** What was found out beside the stream and ends it. */
  #failure: RowcastError | undefined;
  #asking: Promise<void> | undefined;
  #state: WatchState | undefined;
  #linkUp = false;
  #welcomed: () => void = () => undefined;
  readonly #welcome = new Promise<void>((resolve) => {
    this.#welcomed = resolve;
  });
  #head: number | undefined;
  #position: Cursor = { seq: 0, epoch: '' };
  /** Arrivals in the buffer when the position was last learnt from the server: what they say of epochs is older. */
  #learntAt = 0;
  /** Arrival of the last head that was given to the check. */
  #checkedArrival = 0;
  /** The life of the ledger that was said to be new. */
  #toldLife: string | undefined;

  constructor(options: JoinOptions) {
    this.#options = options;
    this.#buffer = new LiveBuffer(options.bufferLimits);
    this.#chain = options.table === undefined ? new LedgerChain() : new TableChain();
    this.#backoff = new Backoff(options.timing);
    this.#check = options.verification?.check({
      onFault: (error) => this.#fail(error),
      onUnproven: (unproven) => this.#tellProof(unproven),
    });
    this.#link = options.link({
      input: (input) => this.#onInput(input),
      unreadable: () => this.#buffer.overflow(),
      silent: () => this.#onSilence(),
    });
  }

  /** Delivers until it is stopped. @throws RowcastError what the watch cannot go on after */
  async run(): Promise<void> {
    this.#enter('connecting');
    try {
      await this.#openLink();
      while (!this.#stopped) await this.#live();
    } catch (error) {
      if (!this.#stopped) throw error;
    } finally {
      this.#link.close();
      this.#check?.stop();
    }
  }

  /** Everything that was delivered with a seq up to here is in the log that the server has signed; 0 before the first proof. */
  get verified(): number {
    return Math.min(this.#check?.verified ?? 0, this.#position.seq);
  }

  /** What the server owes the proof of, when that is overdue. */
  get unproven(): Unproven | undefined {
    return this.#check?.unproven;
  }

  /** Where a key must be let in, that comes first. */
  async #openLink(): Promise<void> {
    const { admit } = this.#options;
    if (admit !== undefined) await this.#persistently(() => admit(this.#stop.signal));
    if (!this.#stopped) this.#link.open();
  }

  stop(): void {
    this.#stop.abort();
    this.#welcomed();
    this.#link.close();
    this.#buffer.wake();
  }

  get #stopped(): boolean {
    return this.#stop.signal.aborted;
  }

  /** One life of the watch; returns when it is to start over, or was stopped. */
  async #live(): Promise<void> {
    try {
      await this.#welcome;
      if (this.#failure !== undefined) throw this.#failure;
      this.#enter('catchingUp');
      const pages = this.#askAhead();
      // Before anything is delivered the log must begin with what it was when it was verified before.
      if (!this.#stopped)
        await this.#persistently(async () => this.#options.verification?.trust.contact(this.#stop.signal));
      this.#tellLife();
      if (!this.#stopped) await this.#begin(pages);
      await this.#follow();
    } catch (error) {
      if (error instanceof StartOver) return;
      if (!this.#startsOver(error)) throw error;
      await pause(this.#options.timing, this.#backoff.next(), this.#stop.signal);
    }
  }

  /** Only who was given a snapshot can be given another one; who replays has to be told. */
  #startsOver(error: unknown): boolean {
    const { table, from } = this.#options;
    return table !== undefined && from === undefined && error instanceof RowcastError && lostPlace.has(error.code);
  }

  /** Phase 1, and with a cursor phase 2. */
  async #begin(pages: LogPages | undefined): Promise<void> {
    const { table, from, sink } = this.#options;
    if (table !== undefined && from === undefined) {
      const snapshot = await this.#persistently(() => this.#readSnapshot(table));
      this.#learn(snapshot.cursor);
      sink.reset(snapshot);
      return;
    }
    if (table !== undefined && from !== undefined) await this.#persistently(() => this.#beginTable(table, from));
    this.#learn(from ?? (await this.#persistently(() => this.#options.reads.head(this.#stop.signal))));
    sink.position(this.#position);
    if (from === undefined) return;
    let ahead = pages;
    await this.#persistently(() => {
      const once = ahead;
      ahead = undefined;
      return this.#readLog(once);
    });
  }

  /** The log from the cursor on: it is on its way while what it was is verified, and nothing is delivered of it before. */
  #askAhead(): LogPages | undefined {
    const { from } = this.#options;
    return from === undefined || this.#stopped ? undefined : begun(this.#log(from));
  }

  #log({ seq, epoch }: Cursor): LogPages {
    const { reads, table } = this.#options;
    return reads.log({ table, after: seq, epoch }, this.#stop.signal);
  }

  async #readSnapshot(table: string): Promise<Snapshot> {
    const { reads, filter, opener } = this.#options;
    const { signal } = this.#stop;
    const snapshot = await reads.snapshot(table, filter, signal);
    return opener === undefined ? snapshot : await opener.snapshot(snapshot, { signal });
  }

  async #beginTable(table: string, from: Cursor): Promise<void> {
    const { reads, filter, sink } = this.#options;
    const { signal } = this.#stop;
    const definition =
      filter === undefined
        ? await reads.currentDefinition(table, signal)
        : await reads.definitionAt(table, from, signal);
    if (definition === undefined && !(await reads.everExisted(table, signal))) {
      throw new RowcastError('table_not_found', `there is no table ${table}, and there never was one`);
    }
    sink.begin(definition);
  }

  /** Phase 3. */
  async #follow(): Promise<void> {
    const { sink, timing } = this.#options;
    for (let looked = 1; !this.#stopped; looked += 1) {
      if (this.#failure !== undefined) throw this.#failure;
      if (looked % turnMessages === 0) await timing.turn();
      if (sink.isFull) {
        await sink.room();
      } else if (this.#check?.isFull === true) {
        await this.#check.room();
      } else if (this.#buffer.overflowed) {
        this.#buffer.clear();
        await this.#heal();
      } else {
        await this.#takeNext();
      }
    }
  }

  async #takeNext(): Promise<void> {
    const slot = this.#buffer.shift();
    if (slot === undefined) {
      this.#enter(this.#linkUp ? 'live' : 'disconnected');
      this.#backoff.reset();
      await this.#buffer.arrival();
      return;
    }
    const { input, arrival } = slot;
    const { epoch } = input.kind === 'head' ? input.head : input.header;
    if (epoch !== this.#position.epoch) this.#meetOtherEpoch(epoch, arrival);
    else if (input.kind === 'head') await this.#meetHead(input.head, arrival);
    else await this.#meetMessage(input);
  }

  #meetOtherEpoch(epoch: string, arrival: number): void {
    if (arrival <= this.#learntAt) return;
    throw new RowcastError(
      'wrong_epoch',
      `the ledger began a new life, ${epoch}; the watch was in ${this.#position.epoch}`,
      { body: { code: 'wrong_epoch', message: 'seen on the feed', epoch } },
    );
  }

  async #meetMessage({ header, lines }: FeedInput & { kind: 'message' }): Promise<void> {
    const message = EntryLines.ofFrame(lines);
    const verdict = this.#chain.accept(header, message, this.#position.seq);
    if (verdict === 'gap') {
      await this.#heal();
      return;
    }
    if (header.last > this.#position.seq) this.#check?.take(message);
    await this.#deliver(verdict, lines.byteLength);
  }

  async #meetHead(head: HeadMessage, arrival: number): Promise<void> {
    if (this.#lacks(head)) await this.#heal();
    else if (head.seq >= this.#position.seq) this.#advance(head.seq);
    // A server whose feed is a little late is behind for a moment; one that lost changes would be so for ever.
    else if (arrival > this.#learntAt) await this.#persistently(() => this.#readLog());
    this.#checkHead(head, arrival);
  }

  /** Whether the head tells of changes that should have come before it and did not. */
  #lacks(head: HeadMessage): boolean {
    const { table } = this.#options;
    if (head.seq <= this.#position.seq) return false;
    if (table === undefined) return true;
    // A head that does not name the table tells nothing of it: it may be gone, or have come and gone since.
    return !Object.hasOwn(head.tables, table) || (head.tables[table] ?? 0) > this.#position.seq;
  }

  async #heal(): Promise<void> {
    if (this.#state !== 'catchingUp') this.#enter('behind');
    await this.#persistently(() => this.#readLog());
  }

  /** Reads the log from the position to its end. */
  async #readLog(pages = this.#log(this.#position)): Promise<void> {
    const { sink } = this.#options;
    const assembler = new GroupAssembler();
    for await (const page of pages) {
      if (this.#stopped) return;
      if (this.#failure !== undefined) throw this.#failure;
      const read = EntryLines.of(page.lines);
      this.#check?.take(read);
      await this.#deliver(assembler.add(read.entries), page.bytes);
      if (!page.more) await this.#reachEnd(assembler.end(page.head), page.head);
      while (sink.isFull) await sink.room();
      await this.#check?.room();
    }
  }

  async #reachEnd(open: ReturnType<GroupAssembler['end']>, head: number): Promise<void> {
    this.#chain.clear();
    this.#learntAt = this.#buffer.arrivals;
    if (open === 'cut') return;
    if (open !== undefined) await this.#deliver([open], 0);
    const { seq } = this.#position;
    if (this.#options.table === undefined && head > seq) throw this.#notTheLog(seq + 1);
    this.#advance(head);
  }

  /** What every log has, whoever signed it, this one has not. */
  #notTheLog(first: number): RowcastError {
    const what = `entry ${first} is missing, or came out of its place`;
    const { verification } = this.#options;
    return verification?.trust.declare({ kind: 'changed', first, what }) ?? new RowcastError('protocol', what);
  }

  async #deliver(groups: readonly EntryGroup[], bytes: number): Promise<void> {
    const last = groups.at(-1)?.[0];
    if (last === undefined) return;
    const { epoch, seq: after } = this.#position;
    const { opener, table } = this.#options;
    const misplaced = firstMisplaced(groups, { after, isWhole: table === undefined });
    if (misplaced !== undefined) throw this.#notTheLog(misplaced);
    const { signal } = this.#stop;
    const shown = opener === undefined ? groups : await this.#persistently(() => opener.groups(groups, { signal }));
    // First of all, so that a sink that can take no more has still been told where it stands.
    this.#position = { seq: groupOf(last)[1], epoch };
    this.#options.sink.groups(shown, epoch, bytes);
  }

  #advance(seq: number): void {
    if (seq <= this.#position.seq) return;
    this.#position = { seq, epoch: this.#position.epoch };
    this.#options.sink.position(this.#position);
  }

  #learn(position: Cursor): void {
    this.#position = position;
    this.#check?.clear();
    this.#chain.clear();
    this.#learntAt = this.#buffer.arrivals;
  }

  /** Tries again for as long as the watch is wanted, but for what will not become better. */
  async #persistently<Result>(read: () => Promise<Result>): Promise<Result> {
    for (let ahead = 0; ; ) {
      try {
        return await read();
      } catch (error) {
        if (this.#stopped) throw error;
        if (isAhead(error) && this.#state !== 'catchingUp') ahead += 1;
        else if (!isTransient(error)) throw error;
        if (ahead >= aheadMax) throw error;
        await pause(this.#options.timing, this.#backoff.next(), this.#stop.signal);
      }
    }
  }

  #onInput(input: FeedInput): void {
    if (input.kind === 'head') {
      this.#linkUp = true;
      // The welcome is a head, and any other head says as well that the subscription stands.
      this.#welcomed();
      this.#head = Math.max(this.#head ?? 0, input.head.seq);
      if (!this.#comesTo(input.head)) this.#checkHead(input.head, this.#buffer.arrivals + 1);
    }
    this.#buffer.push(input);
    if (this.#buffer.overflowed && this.#state === 'live') this.#enter('behind');
  }

  /**
   * Whether a head that arrives is soon come to in its turn, behind the changes that it is about: so all of them are there
   * when it is verified, and nothing has to be asked for. Who reads the log, or waits for room, would come to it too late.
   */
  #comesTo({ fault }: HeadMessage): boolean {
    const isHeld = this.#options.sink.isFull || this.#check?.isFull === true;
    return fault === undefined && this.#state === 'live' && !isHeld;
  }

  #checkHead(head: HeadMessage, arrival: number): void {
    if (arrival <= this.#checkedArrival) return;
    this.#checkedArrival = arrival;
    this.#check?.head(head);
  }

  #tellLife(): void {
    const life = this.#options.verification?.trust.newLife;
    if (life === undefined || life.epoch === this.#toldLife) return;
    this.#toldLife = life.epoch;
    this.#options.sink.trust({ type: 'life', ...life });
  }

  #tellProof(unproven: Unproven | undefined): void {
    if (unproven !== undefined) this.#options.sink.trust({ type: 'unproven', ...unproven });
    else this.#options.sink.trust({ type: 'proven', verified: this.verified });
  }

  #onSilence(): void {
    this.#linkUp = false;
    if (this.#state === 'live' || this.#state === 'behind') this.#enter('disconnected');
    this.#asking ??= this.#askWhy().finally(() => {
      this.#asking = undefined;
    });
  }

  /**
   * Silence may mean that the feed is not open to us any more, of which ZeroMQ says nothing: the server is asked for
   * admission again, and whether we may read at all.
   */
  async #askWhy(): Promise<void> {
    const { admit, reads } = this.#options;
    const { signal } = this.#stop;
    if (admit === undefined) return;
    try {
      await admit(signal);
      await reads.head(signal);
    } catch (error) {
      // A server that cannot be asked is gone, and is waited for.
      if (error instanceof RowcastError && mayNot.has(error.code)) this.#fail(error);
    }
  }

  #fail(error: RowcastError): void {
    this.#failure ??= error;
    this.#welcomed();
    this.#buffer.wake();
  }

  #enter(state: WatchState): void {
    if (state === this.#state) return;
    this.#state = state;
    const since = new Date(this.#options.timing.now()).toISOString();
    this.#options.sink.state({
      type: 'state',
      state,
      since,
      ...(this.#head === undefined ? {} : { head: this.#head }),
    });
  }
}

/** The position means nothing to the server any more. */
const lostPlace: ReadonlySet<RowcastErrorCode> = new Set(['too_old', 'wrong_epoch', 'ahead_of_server']);

/** We may not read here, as long as nobody logs in. */
const mayNot: ReadonlySet<RowcastErrorCode> = new Set(['login_required', 'session_expired', 'forbidden']);
