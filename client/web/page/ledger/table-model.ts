import { parseCursor } from '../../../../protocol/cursor.ts';
import type { CurrentRow } from '../../../../protocol/errors.ts';
import type { TableDefinition } from '../../../../protocol/table.ts';
import type { Group } from '../api/messages.ts';
import { isPassing } from '../api/outcome.ts';
import { pause, retryMs } from '../api/pause.ts';
import { codeOf, GatewayProblem } from '../api/problem.ts';
import { nearWay } from './near-way.ts';
import type { TableListener } from './table-listener.ts';
import { TablePlay } from './table-play.ts';
import { gatewayTransport, type TableTransport } from './table-transport.ts';
import { noTable, type RowsHead, ToldRows } from './told-rows.ts';

export interface TableModelOptions {
  readonly table: string;
  /** As of when; the present, and every change from there on, when left out. */
  readonly at: string | undefined;
  readonly listener: TableListener;
  readonly transport?: TableTransport;
  /** Rows from which on a near point is gone to by what differs, where others than usual. */
  readonly stepRowsMin?: number;
}

/** Milliseconds after which an answer is not waited for any more when another point is wanted. */
const patienceMs = 500;

type Phase = 'opening' | 'reading' | 'still' | 'following' | 'playing' | 'arriving' | 'failed';

/**
 * The rows of one table: as of a point, of now and kept up to date, or playing from the one to the other.
 *
 * ```
 *              show            first rows           all rows, of the past           play
 * any phase ──────────▶ opening ────────▶ reading ────────────────────▶ still ◀──────────────▶ playing
 *                                            │ all rows, of now               pause              │ live
 *                                            └──────────────▶ following ◀───────────────── arriving
 * ```
 *
 * Of now: the snapshot, and then the changes behind its seq from the ledger's link; what comes while it is read waits.
 *
 * The seam at which a play arrives: it has told every change of the table up to `seq`, in order and without a gap. From
 * the moment it says `live` the link's changes wait here; they are all behind the link's head H of that moment. What is
 * between `seq` and H, if anything, is read from the log. So every change up to H was shown, what waits and is at or
 * before H is dropped, and the rest follows: each change once, and no reader has to trust the two streams to meet.
 *
 * While a handle is dragged points come faster than answers. One request is in flight; the newest point takes its place
 * when its first rows are there, or after some patience: to begin anew with every point would never show any.
 */
export class TableModel {
  readonly #told: ToldRows;
  readonly #options: TableModelOptions;
  readonly #transport: TableTransport;
  readonly #forget: () => void;
  #phase: Phase = 'failed';
  /** The point that is wanted. */
  #at: string | undefined;
  /** Whether another point is wanted than that of the rows: what is read anew for another reason is of the same. */
  #isElsewhere = true;
  /** Of the play that is wanted. */
  #speed: string | undefined;
  #play: TablePlay | undefined;
  #reading = new AbortController();
  #askedAtMs = 0;
  /** Groups of the link with changes of the table that came while rows are read. */
  #waiting: Group[] = [];

  constructor(options: TableModelOptions) {
    this.#options = options;
    this.#told = new ToldRows(options.table, options.listener);
    this.#transport = options.transport ?? gatewayTransport;
    this.#at = options.at;
    const groups = (all: readonly Group[]): void => this.#take(all);
    this.#forget = this.#transport.subscribe({ groups, restart: () => this.#restart() });
    void this.#open();
  }

  get rows(): ReadonlyMap<string, CurrentRow> {
    return this.#told.rows;
  }

  get definition(): TableDefinition | undefined {
    return this.#told.definition;
  }

  close(): void {
    this.#forget();
    this.#reading.abort();
    this.#stopPlay();
  }

  /** Goes to a point, or to the present. */
  show(at: string | undefined): void {
    if (this.#shows(at)) return;
    this.#stopPlay();
    this.#at = at;
    this.#isElsewhere = true;
    if (this.#phase === 'opening' && performance.now() - this.#askedAtMs < patienceMs) return;
    void this.#open();
  }

  /** Lets the changes behind what is shown happen, as soon as all of that is there. Called again, it goes on at that speed. */
  play(speed: string): void {
    this.#speed = speed;
    this.#stopPlay();
    if (this.#phase === 'still') this.#startPlay();
  }

  /** Stops a play where it stands. */
  pause(): void {
    this.#speed = undefined;
    this.#stopPlay();
  }

  #shows(at: string | undefined): boolean {
    if (this.#phase === 'failed' || this.#phase === 'playing') return false;
    if (this.#phase === 'still' && at === this.#told.position) this.#at = at;
    return at === this.#at;
  }

  async #open(): Promise<void> {
    const at = this.#at;
    const canStep = (this.#phase === 'still' || this.#phase === 'following') && this.definition !== undefined;
    const signal = this.#ask('opening');
    try {
      if (!(canStep && (await this.#step(at, signal)))) await this.#read(at, signal);
      if (!signal.aborted) this.#settle(at);
    } catch (error) {
      if (!signal.aborted) this.#fail(error, at);
    }
  }

  /** A request in place of the one in flight. */
  #ask(phase: Phase): AbortSignal {
    this.#reading.abort();
    this.#reading = new AbortController();
    this.#askedAtMs = performance.now();
    this.#waiting = [];
    this.#phase = phase;
    return this.#reading.signal;
  }

  async #read(at: string | undefined, signal: AbortSignal): Promise<void> {
    const { table } = this.#options;
    if (at !== undefined && parseCursor(at)?.seq === 0) throw noTable(table);
    let isFirst = true;
    for await (const lines of this.#transport.rows(table, at, signal)) {
      if (signal.aborted) return;
      if (isFirst) await this.#begin(at, lines[0] as RowsHead, lines.slice(1) as readonly CurrentRow[]);
      else this.#told.add(lines as readonly CurrentRow[]);
      isFirst = false;
      // Another point is wanted by now.
      if (at !== this.#at) return;
    }
  }

  async #begin(at: string | undefined, head: RowsHead, rows: readonly CurrentRow[]): Promise<void> {
    const isElsewhere = this.#isElsewhere && head.cursor !== this.#told.position;
    this.#isElsewhere = at !== this.#at;
    this.#phase = 'reading';
    await this.#told.begin(head, rows, { isElsewhere });
  }

  /** Goes to a near point of the past by what differs there: false where that is not the shorter way. */
  async #step(at: string | undefined, signal: AbortSignal): Promise<boolean> {
    if (at === undefined) return false;
    const { table, stepRowsMin: rowsMin } = this.#options;
    const { epoch } = this.#transport.head();
    const way = nearWay({ seq: this.#told.seq, epoch, rows: this.rows.size, rowsMin }, at);
    if (way === undefined) return false;
    const { tables, rows } = await this.#transport.diff(table, way.between, signal);
    if (tables.length > 0 || signal.aborted) return false;
    this.#isElsewhere = at !== this.#at;
    this.#told.move(rows, { cursor: at, direction: way.direction });
    return true;
  }

  /** Every row is there. */
  #settle(at: string | undefined): void {
    // As of that point still, from which the way may be short.
    this.#phase = this.#phase === 'reading' && at !== this.#at ? 'failed' : at === undefined ? 'following' : 'still';
    if (at !== this.#at) return void this.#open();
    this.#options.listener.whole();
    if (at === undefined) this.#applyWaiting();
    else if (this.#speed !== undefined) this.#startPlay();
  }

  #fail(error: unknown, at: string | undefined): void {
    this.#phase = 'failed';
    if (at !== this.#at) return void this.#open();
    const problem =
      error instanceof GatewayProblem ? error : new GatewayProblem({ code: 'internal', message: String(error) });
    this.#told.fail(problem);
    if (isPassing(problem)) return void this.#openAgain(this.#reading.signal);
    if (codeOf(problem) !== 'table_not_found') return;
    // There it is not, but it may still come into being: in a play, or now.
    this.#told.standBefore(at ?? '');
    this.#settle(at);
  }

  /** Nobody answered: a page that is left open goes on when somebody does. */
  async #openAgain(signal: AbortSignal): Promise<void> {
    await pause(retryMs, signal);
    if (!signal.aborted) void this.#open();
  }

  /** What comes while there are no rows, and none are read, is in those that will be read. */
  #take(groups: readonly Group[]): void {
    if (this.#at !== undefined || this.#phase === 'failed') return;
    if (this.#phase === 'following') this.#told.apply(groups);
    else this.#waiting.push(...groups.filter((group) => this.#concerns(group)));
  }

  #concerns({ entries }: Group): boolean {
    return entries.some(({ table }) => table === this.#options.table);
  }

  /** Another life of the ledger, or another person: nothing of what is there goes on. */
  #restart(): void {
    if (this.#play !== undefined) this.#halt();
    this.#phase = 'failed';
    void this.#open();
  }

  #startPlay(): void {
    this.#phase = 'playing';
    this.#play = new TablePlay({
      transport: this.#transport,
      table: this.#options.table,
      from: this.#told.position,
      speed: this.#speed ?? '1',
      onGroups: (groups) => this.#told.play(groups),
      onLive: () => void this.#arrive(),
      onEnd: (problem) => this.#halt(problem),
    });
  }

  #stopPlay(): void {
    const play = this.#play;
    this.#play = undefined;
    if (play === undefined) return;
    play.close();
    this.#phase = 'still';
    this.#at = this.#told.position;
  }

  #halt(problem?: GatewayProblem): void {
    this.pause();
    this.#options.listener.played?.('halted', problem);
  }

  async #arrive(): Promise<void> {
    this.pause();
    this.#at = undefined;
    const signal = this.#ask('arriving');
    const head = this.#transport.head();
    try {
      const { seq } = this.#told;
      const entries = head.seq > seq ? await this.#transport.log(this.#options.table, [seq, head], signal) : [];
      if (signal.aborted) return;
      this.#told.applyEntries(entries);
      this.#told.skipTo(head.seq);
      this.#phase = 'following';
      this.#applyWaiting();
      this.#options.listener.played?.('arrived');
    } catch {
      if (signal.aborted) return;
      this.#options.listener.played?.('arrived');
      // By the long way.
      this.#phase = 'failed';
      void this.#open();
    }
  }

  #applyWaiting(): void {
    const groups = this.#waiting;
    this.#waiting = [];
    this.#told.apply(groups);
  }
}
