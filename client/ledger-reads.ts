import type { Cursor } from '../protocol/cursor.ts';
import { isRowEntry } from '../protocol/entry.ts';
import type { CurrentRow } from '../protocol/errors.ts';
import type { Filter } from '../protocol/filter.ts';
import type { ReplyOf } from '../protocol/replies.ts';
import type { RequestOf } from '../protocol/requests.ts';
import type { TableDefinition } from '../protocol/table.ts';
import { compareCells } from '../protocol/values.ts';
import type { CommandChannel } from './command-channel.ts';
import { RowcastError } from './errors.ts';
import { parseEntry } from './lines.ts';
import { type LinesPage, readLinesPages } from './log-reader.ts';
import { pagesAhead } from './pages-ahead.ts';

/** A table, or what of it matches a filter, as of one seq. */
export interface Snapshot {
  readonly cursor: Cursor;
  readonly definition: TableDefinition;
  readonly rows: readonly CurrentRow[];
}

export type RowPage = ReplyOf<'row.list'>;

/** Rows asked for at once when a table is read whole; a server gives fewer when it holds that to be too many. */
const snapshotPageRows = 5_000;

export interface ReadingOptions {
  readonly signal?: AbortSignal | undefined;
  readonly timeoutMs?: number | undefined;
  /** Values in place of the commitments of sealed cells, verified: for administrators. Erased ones stay commitments. */
  readonly open?: boolean | undefined;
}

/** The pages of a list, all as of the seq of the first one. */
export function readRowPages(
  channel: CommandChannel,
  request: RequestOf<'row.list'>,
  { signal: outer, timeoutMs }: ReadingOptions = {},
): AsyncGenerator<RowPage, void, undefined> {
  const ask = async (before: RowPage | undefined, signal: AbortSignal): Promise<RowPage> => {
    const after = before === undefined ? request.after : before.next;
    const { body } = await channel.request({ ...request, after }, { signal, timeoutMs });
    return body;
  };
  return pagesAhead({ ask, hasNext: ({ next }) => next !== undefined }, outer);
}

/** What a watch reads besides the feed. */
export class LedgerReads {
  readonly #channel: CommandChannel;

  constructor(channel: CommandChannel) {
    this.#channel = channel;
  }

  /** @throws RowcastError `table_not_found`, `too_old`, and `bad_request` when the filter does not fit the table */
  async snapshot(table: string, filter: Filter | undefined, signal: AbortSignal): Promise<Snapshot> {
    // In order of the key as text, which the database has at hand: in order of a number it would sort for every page.
    const request = { type: 'row.list' as const, table, filter, sort: [], limit: snapshotPageRows };
    const rows: CurrentRow[] = [];
    let first: RowPage | undefined;
    for await (const page of readRowPages(this.#channel, request, { signal })) {
      first ??= page;
      if (page.epoch !== first.epoch || page.seq !== first.seq) {
        throw new RowcastError('too_old', 'the pages of the snapshot are not of one state');
      }
      for (const row of page.rows) rows.push(row);
    }
    if (first === undefined) throw new RowcastError('closed', 'the snapshot was given up');
    const { seq, epoch, definition } = first;
    return { cursor: { seq, epoch }, definition, rows: inOrder(rows, definition) };
  }

  /** Where the ledger is now. */
  async head(signal: AbortSignal): Promise<Cursor> {
    const { body } = await this.#channel.request({ type: 'log.read', limit: 1 }, { signal });
    return { seq: body.head, epoch: body.epoch };
  }

  log(request: Omit<RequestOf<'log.read'>, 'type'>, signal: AbortSignal): AsyncGenerator<LinesPage, void, undefined> {
    return readLinesPages(this.#channel, { type: 'log.read', ...request }, { signal });
  }

  /** Whether the table is there now; its definition, if so. */
  async currentDefinition(table: string, signal: AbortSignal): Promise<TableDefinition | undefined> {
    const { body } = await this.#channel.request({ type: 'table.list' }, { signal });
    return body.tables.find(({ definition }) => definition.name === table)?.definition;
  }

  /**
   * The definition that a table had at a cursor: the one that the first change of it behind the cursor replaced, or the
   * present one when there was none. Undefined when there was no table then.
   */
  async definitionAt(table: string, from: Cursor, signal: AbortSignal): Promise<TableDefinition | undefined> {
    const current = await this.currentDefinition(table, signal);
    for await (const page of this.log({ table, after: from.seq, epoch: from.epoch }, signal)) {
      const ofTable = page.lines.map(parseEntry).find((entry) => !isRowEntry(entry));
      if (ofTable !== undefined && !isRowEntry(ofTable)) return ofTable.was;
    }
    return current;
  }

  /** Whether the log has a change of the table. */
  async everExisted(table: string, signal: AbortSignal): Promise<boolean> {
    for await (const page of this.log({ table, after: 0, limit: 1 }, signal)) return page.count > 0;
    return false;
  }
}

/** Rows in the order of a list: a key that is a number by its value. */
function inOrder(rows: CurrentRow[], { key, columns }: TableDefinition): CurrentRow[] {
  const type = columns.find(({ name }) => name === key)?.type;
  return type === 'integer' || type === 'decimal' ? rows.sort((a, b) => compareCells(type, a.key, b.key)) : rows;
}
