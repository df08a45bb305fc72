import { type Cursor, formatCursor } from '../../../../protocol/cursor.ts';
import type { RowDiff, TableDiff } from '../../../../protocol/diff.ts';
import type { Entry } from '../../../../protocol/entry.ts';
import { Feed, type FeedListener } from '../api/feed.ts';
import { type Lines, pathOf, readAll, readLines } from '../api/lines.ts';
import { type LedgerListener, ledger } from './ledger.ts';
import { useLedger } from './ledger-state.ts';

export interface PlayFrom {
  readonly table: string;
  /** The point behind which it begins. */
  readonly from: string;
  /** How many times as fast as it was, or `max`. */
  readonly speed: string;
  readonly listener: FeedListener;
}

/** What differs in one table between two points. */
export interface TableChange {
  readonly epoch: string;
  readonly from: number;
  readonly to: number;
  readonly tables: readonly TableDiff[];
  readonly rows: readonly RowDiff[];
}

/** Where the rows of a table, and what becomes of them, come from. */
export interface TableTransport {
  /** The head of the rows, and then the rows; as of now without a point. */
  rows(table: string, at: string | undefined, signal: AbortSignal): AsyncIterable<Lines>;
  /** Until the present without `to`. */
  diff(
    table: string,
    between: readonly [from: string, to: string | undefined],
    signal: AbortSignal,
  ): Promise<TableChange>;
  /** Entries of the table behind a seq, up to a cursor. */
  log(table: string, between: readonly [after: number, to: Cursor], signal: AbortSignal): Promise<Entry[]>;
  /** Ends when the answer is called. */
  play(play: PlayFrom): () => void;
  /** Every group behind {@link head} from now on. */
  subscribe(listener: LedgerListener): () => void;
  /** At or beyond everything that was told to subscribers. */
  head(): Cursor;
}

/** Milliseconds; longer waits of a play are cut: whoever watches does not want to wait for a night to pass. */
const gapMsMax = 2_000;

const rowsPath = (table: string): string => `/api/tables/${encodeURIComponent(table)}/rows`;

/** The gateway, and the page's one link to its feed. */
export const gatewayTransport: TableTransport = {
  rows: (table, at, signal) => readLines(pathOf(rowsPath(table), { as_of: at }), signal),
  async diff(table, [from, to], signal) {
    const [head, ...rows] = await readAll<unknown>(pathOf('/api/diff', { table, from, to }), signal);
    return { ...(head as Omit<TableChange, 'rows'>), rows: rows as readonly RowDiff[] };
  },
  log: (table, [after, to], signal) =>
    readAll<Entry>(pathOf('/api/log', { table, after, as_of: formatCursor(to) }), signal),
  play({ table, from, speed, listener }) {
    const parameters = { table, speed, gap_ms_max: String(gapMsMax) };
    const feed = new Feed({ path: '/api/play', parameters, from, listener });
    return () => feed.close();
  },
  subscribe: (listener) => ledger.subscribe(listener),
  head() {
    const { head, epoch } = useLedger.getState();
    return { seq: head, epoch };
  },
};
