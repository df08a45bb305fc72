import { formatCursor } from '../../../../protocol/cursor.ts';
import { isRowEntry, type RowEntry } from '../../../../protocol/entry.ts';
import { formatPoint, type Point, parsePoint } from '../../../../protocol/point.ts';
import { pathOf, readAll } from '../api/lines.ts';
import type { Group } from '../api/messages.ts';
import { isPassing } from '../api/outcome.ts';
import { pause, retryMs } from '../api/pause.ts';
import { codeOf, GatewayProblem } from '../api/problem.ts';
import { request } from '../api/request.ts';
import { ledger } from '../ledger/ledger.ts';
import { useLedger } from '../ledger/ledger-state.ts';
import { type RowState, toBlame, unread, withEntry } from './row-state.ts';

/** Versions that are read at once: a row may have a hundred thousand. */
const pageVersions = 100;
/** Versions from which on the oldest go while new ones come; they are read again when they are scrolled to. */
const versionsMax = 5_000;

export interface RowPlace {
  readonly table: string;
  readonly key: string;
  /** As of when; now, and what comes, when undefined. */
  readonly at: string | undefined;
}

/**
 * One row as of a point, or as of now and kept up to date, with its past. Of now everything is read as of the seq that the
 * page has reached, so that what comes by the feed goes on from there.
 */
export class RowModel {
  readonly #place: RowPlace;
  readonly #listeners = new Set<() => void>();
  #reading = new AbortController();
  #state: RowState = unread;
  /** Comes while the row is read. */
  #waiting: Group[] = [];
  #point: Point = { seq: 0 };

  constructor(place: RowPlace) {
    this.#place = place;
  }

  /** Begins to follow; the answer ends it. */
  open(): () => void {
    const forget =
      this.#place.at === undefined
        ? ledger.subscribe({ groups: (groups) => this.#take(groups), restart: () => void this.read() })
        : undefined;
    void this.read();
    return () => {
      forget?.();
      this.#reading.abort();
    };
  }

  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  readonly state = (): RowState => this.#state;

  async read(): Promise<void> {
    this.#reading.abort();
    this.#reading = new AbortController();
    const { signal } = this.#reading;
    this.#waiting = [];
    this.#set({ phase: 'reading' });
    try {
      this.#point = pointOf(this.#place);
      const read = await this.#readAll(signal);
      if (signal.aborted) return;
      this.#set({ ...read, phase: 'ready', problem: undefined, newAfter: useLedger.getState().head });
      this.#apply(this.#waiting);
    } catch (error) {
      if (signal.aborted) return;
      this.#set({ phase: 'ready', problem: error instanceof Error ? error : undefined });
      if (isPassing(error)) await this.#readAgain(signal);
    }
  }

  async #readAgain(signal: AbortSignal): Promise<void> {
    await pause(retryMs, signal);
    if (!signal.aborted) void this.read();
  }

  /** Reads versions before the last one that is known. */
  async more(): Promise<void> {
    const last = this.#state.history.at(-1);
    if (last === undefined || this.#state.older === 'reading' || this.#state.older === 'none') return;
    const { signal } = this.#reading;
    this.#set({ older: 'reading' });
    try {
      const { epoch } = useLedger.getState();
      const older = await this.#history(formatCursor({ seq: last.seq - 1, epoch }), signal);
      if (signal.aborted) return;
      // Meanwhile the history may have come to end elsewhere.
      if (this.#state.history.at(-1) !== last) return this.#set({ older: 'unread' });
      this.#set({ history: [...this.#state.history, ...older], older: hasMore(older) });
    } catch {
      if (!signal.aborted) this.#set({ older: 'failed' });
    }
  }

  async #readAll(signal: AbortSignal): Promise<Partial<RowState>> {
    const { table, key, at } = this.#place;
    const asOf = this.#point;
    const [{ tables }, history] = await Promise.all([
      request('table.list', { asOf, counts: false }, { signal }),
      this.#history(at ?? formatPoint(asOf), signal),
    ]);
    const { definition } = tables.find((each) => each.definition.name === table) ?? {};
    const past = { definition, history, older: hasMore(history) };
    // A row that has left, or left with its table, is not asked for.
    if (definition === undefined || !isThere(history)) return { ...past, row: undefined, blame: new Map() };
    const [row, blame] = await Promise.all([
      orNone(request('row.get', { table, key, asOf }, { signal })),
      request('row.blame', { table, keys: [key], asOf }, { signal }),
    ]);
    return { ...past, row: row?.row, blame: toBlame(blame) };
  }

  /** A table that never was, or was not yet, has no history. */
  async #history(asOf: string, signal: AbortSignal): Promise<readonly RowEntry[]> {
    const { table, key } = this.#place;
    const path = `/api/tables/${encodeURIComponent(table)}/rows/${encodeURIComponent(key)}/history`;
    const parameters = { newest_first: '', limit: pageVersions, as_of: asOf };
    return (await orNone(readAll<RowEntry>(pathOf(path, parameters), signal))) ?? [];
  }

  #take(groups: readonly Group[]): void {
    if (this.#state.phase === 'reading') this.#waiting.push(...groups);
    // What could not be read cannot go on: it is read anew when somebody answers, or the person asks for it.
    else if (this.#state.problem === undefined) this.#apply(groups);
  }

  #apply(groups: readonly Group[]): void {
    const { table, key } = this.#place;
    const after = 'seq' in this.#point ? this.#point.seq : 0;
    const entries = groups
      .flatMap((group) => group.entries)
      .filter((entry) => entry.table === table && entry.seq > after);
    this.#waiting = [];
    // Columns have changed, and with them every row.
    if (entries.some((entry) => !isRowEntry(entry))) return void this.read();
    const own = entries.filter(isRowEntry).filter((entry) => entry.key === key);
    const [first] = own;
    if (first === undefined) return;
    const known = own.reduce(withEntry, this.#state);
    this.#set({ ...known, newAfter: first.seq - 1 });
    if (known.history.length <= versionsMax) return;
    this.#set({ history: known.history.slice(0, versionsMax), older: 'unread' });
  }

  #set(state: Partial<RowState>): void {
    this.#state = { ...this.#state, ...state };
    for (const listener of [...this.#listeners]) listener();
  }
}

/** @throws GatewayProblem when it is written in no way that points are */
function pointOf({ at }: RowPlace): Point {
  const { head, epoch } = useLedger.getState();
  const point = at === undefined ? { seq: head, epoch } : parsePoint(at);
  if (point !== undefined) return point;
  throw new GatewayProblem({ code: 'bad_request', message: `${at} is no point: a seq, a time or a tag` });
}

function isThere([newest]: readonly RowEntry[]): boolean {
  return newest?.row !== undefined;
}

function hasMore(page: readonly RowEntry[]): RowState['older'] {
  return page.length < pageVersions ? 'none' : 'unread';
}

const absent: ReadonlySet<string | undefined> = new Set(['row_not_found', 'table_not_found']);

async function orNone<Value>(asked: Promise<Value>): Promise<Value | undefined> {
  try {
    return await asked;
  } catch (error) {
    if (absent.has(codeOf(error))) return undefined;
    throw error;
  }
}
