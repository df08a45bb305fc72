import { commitmentOf } from '../proof/hash.ts';
import type { RowDiff } from '../protocol/diff.ts';
import { type Entry, isRowEntry } from '../protocol/entry.ts';
import type { CurrentRow } from '../protocol/errors.ts';
import { limits } from '../protocol/limits.ts';
import type { CellChange } from '../protocol/replies.ts';
import { commitmentIn } from '../protocol/sealed.ts';
import type { Cell, Cells } from '../protocol/values.ts';
import type { CommandChannel } from './command-channel.ts';
import { RowcastError } from './errors.ts';
import type { EntryGroup } from './events.ts';
import type { Snapshot } from './ledger-reads.ts';
import type { LogEntry } from './log-reader.ts';

export interface OpenOptions {
  readonly signal?: AbortSignal | undefined;
  readonly timeoutMs?: number | undefined;
}

/** Values by the commitments to them. */
type Values = ReadonlyMap<string, Cell>;

/**
 * Puts values in place of commitments, for administrators: it asks `sealed.open` and verifies each value against its
 * commitment, which stands in the log, so that a server cannot give another one. What was erased stays a commitment.
 * Every method throws RowcastError: `login_required`, `forbidden`, and `tampered` when a value is not the sealed one.
 */
export class Opener {
  readonly #channel: CommandChannel;

  constructor(channel: CommandChannel) {
    this.#channel = channel;
  }

  async rows(rows: readonly CurrentRow[], options?: OpenOptions): Promise<CurrentRow[]> {
    const values = await this.#values(
      rows.map(({ row }) => row),
      options,
    );
    return rows.map((row) => ({ ...row, row: openCells(row.row, values) }));
  }

  async entries(entries: readonly Entry[], options?: OpenOptions): Promise<Entry[]> {
    const values = await this.#values(entries.flatMap(cellsOf), options);
    return entries.map((entry) => openEntry(entry, values));
  }

  async rowDiffs(rows: readonly RowDiff[], options?: OpenOptions): Promise<RowDiff[]> {
    const values = await this.#values(
      rows.flatMap(({ row = {}, was = {} }) => [row, was]),
      options,
    );
    return rows.map((diff) => ({ ...diff, ...openBoth(diff, values) }));
  }

  async cellChanges(changes: readonly CellChange[], options?: OpenOptions): Promise<CellChange[]> {
    const values = await this.#values(
      changes.map(({ value }) => (value === undefined ? {} : { value })),
      options,
    );
    return changes.map((change) => ({
      ...change,
      ...openCells(change.value === undefined ? {} : { value: change.value }, values),
    }));
  }

  /** Their lines stay as they stand in the log. */
  async logEntries(entries: readonly LogEntry[], options?: OpenOptions): Promise<LogEntry[]> {
    const values = await this.#values(
      entries.flatMap(({ entry }) => cellsOf(entry)),
      options,
    );
    return entries.map(({ line, entry }) => ({ line, entry: openEntry(entry, values) }));
  }

  async snapshot(snapshot: Snapshot, options?: OpenOptions): Promise<Snapshot> {
    return { ...snapshot, rows: await this.rows(snapshot.rows, options) };
  }

  async groups(groups: readonly EntryGroup[], options?: OpenOptions): Promise<EntryGroup[]> {
    const entries = await this.entries(groups.flat(), options);
    let at = 0;
    return groups.map(({ length }) => {
      at += length;
      return entries.slice(at - length, at) as unknown as EntryGroup;
    });
  }

  async #values(cells: readonly Cells[], options?: OpenOptions): Promise<Values> {
    const found = cells.flatMap((row) => Object.values(row).map(commitmentIn));
    const left = [...new Set(found.filter((commitment) => commitment !== undefined))];
    const values = new Map<string, Cell>();
    while (left.length > 0) {
      const commitments = left.slice(0, limits.commitmentsMax);
      const { body } = await this.#channel.request({ type: 'sealed.open', commitments }, options);
      for (const [commitment, { salt, value }] of Object.entries(body.cells)) {
        values.set(commitment, verified(commitment, salt, value));
      }
      // A server that looks at none would be asked for ever.
      left.splice(0, Math.max(body.looked, 1));
    }
    return values;
  }
}

function verified(commitment: string, salt: string, value: string): Cell {
  if (commitmentOf(Buffer.from(salt, 'base64url'), value) === commitment) return JSON.parse(value) as Cell;
  throw new RowcastError('tampered', `what the server gave for ${commitment} is not what was sealed`);
}

function openCells(cells: Cells, values: Values): Cells {
  if (values.size === 0) return cells;
  return Object.fromEntries(
    Object.entries(cells).map(([name, cell]) => [name, values.get(commitmentIn(cell) ?? '') ?? cell]),
  );
}

function cellsOf(entry: Entry): Cells[] {
  return isRowEntry(entry) ? [entry.row ?? {}, entry.was ?? {}] : [];
}

function openEntry(entry: Entry, values: Values): Entry {
  return isRowEntry(entry) ? { ...entry, ...openBoth(entry, values) } : entry;
}

/** A row as it was and as it became. */
interface Change {
  readonly row?: Cells | undefined;
  readonly was?: Cells | undefined;
}

function openBoth({ row, was }: Change, values: Values): { row?: Cells; was?: Cells } {
  return {
    ...(row === undefined ? {} : { row: openCells(row, values) }),
    ...(was === undefined ? {} : { was: openCells(was, values) }),
  };
}
