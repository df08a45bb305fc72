import type { Cursor } from '../protocol/cursor.ts';
import { type Entry, groupOf, isRowEntry, type RowEntry, type TableEntry } from '../protocol/entry.ts';
import { type Filter, filterProblem, matchesFilter } from '../protocol/filter.ts';
import type { TableDefinition } from '../protocol/table.ts';
import type { Cell, Cells } from '../protocol/values.ts';
import { RowcastError } from './errors.ts';
import type { EntryGroup, GroupEvent, WatchChange } from './events.ts';

const kinds = { insert: 'enter', update: 'change', delete: 'leave', erase: 'change' } as const;

/**
 * What entries of the log are to a watch. With a filter each is decided from the row before and the row after, both of
 * which stand in the entry, so that a delete passes the filter and a row that ceases to match is seen to leave.
 */
export class Projection {
  readonly #filter: Filter | undefined;
  #definition: TableDefinition | undefined;

  constructor(filter: Filter | undefined) {
    this.#filter = filter;
  }

  /**
   * The table as of where the entries begin; undefined when it did not exist then.
   * @throws RowcastError `bad_request`, as a query has it, when the filter does not fit the table
   */
  begin(definition: TableDefinition | undefined): void {
    this.#definition = definition;
    const problem =
      this.#filter === undefined || definition === undefined ? undefined : filterProblem(definition, this.#filter);
    if (problem !== undefined) throw new RowcastError('bad_request', `the filter does not fit the table: ${problem}`);
  }

  #project(entries: readonly Entry[]): WatchChange[] {
    const changes: WatchChange[] = [];
    for (const entry of entries) {
      const change = isRowEntry(entry) ? this.#row(entry) : this.#table(entry);
      if (change !== undefined) changes.push(change);
    }
    return changes;
  }

  /** What a group is to the watch; undefined when none of its changes concern it. */
  groupEvent(group: EntryGroup, epoch: string): GroupEvent | undefined {
    const changes = this.#project(group);
    if (changes.length === 0) return undefined;
    const { at, by, command, why } = group[0];
    const cursor = groupCursor(group, epoch);
    return why === undefined
      ? { type: 'group', cursor, at, by, command, changes }
      : { type: 'group', cursor, at, by, command, why, changes };
  }

  /** What the entries did to the definition that the filter does not bear. */
  get problem(): RowcastError | undefined {
    return this.#problem;
  }
  #problem: RowcastError | undefined;

  #table(entry: TableEntry): WatchChange {
    try {
      this.begin(entry.definition);
    } catch (error) {
      if (!(error instanceof RowcastError)) throw error;
      this.#problem = error;
    }
    return { kind: 'table', entry };
  }

  #row(entry: RowEntry): WatchChange | undefined {
    if (entry.op === 'erase' && entry.row === undefined)
      return this.#filter === undefined ? { kind: 'erase', entry } : undefined;
    const before = rowBefore(entry);
    const after = entry.row;
    const kind = this.#kind(entry, before, after);
    if (kind === undefined) return undefined;
    if (before === undefined) return after === undefined ? { kind, entry } : { kind, entry, after };
    return after === undefined ? { kind, entry, before } : { kind, entry, before, after };
  }

  #kind(
    entry: RowEntry,
    before: Cells | undefined,
    after: Cells | undefined,
  ): 'enter' | 'change' | 'leave' | undefined {
    if (this.#filter === undefined) return kinds[entry.op];
    const was = this.#matches(before);
    const is = this.#matches(after);
    if (was && is) return 'change';
    if (is) return 'enter';
    return was ? 'leave' : undefined;
  }

  #matches(row: Cells | undefined): boolean {
    if (row === undefined || this.#definition === undefined || this.#filter === undefined) return false;
    return this.#problem === undefined && matchesFilter(this.#definition, this.#filter, row);
  }
}

/** Behind the whole command, whose last changes may be another table's. */
export function groupCursor([first]: EntryGroup, epoch: string): Cursor {
  return { seq: groupOf(first)[1], epoch };
}

/** The whole row before a change: the row after it with `was` laid over; null there means that the cell was empty. */
function rowBefore({ op, row, was }: RowEntry): Cells | undefined {
  if (op === 'insert') return undefined;
  const cells: Record<string, Cell> = { ...row, ...was };
  for (const name in was) if (was[name] === null) return withoutEmpty(cells);
  return cells;
}

/** A new object, as one from which members were deleted stays slow for good. */
function withoutEmpty(cells: Cells): Cells {
  const filled: Record<string, Cell> = {};
  for (const name in cells) {
    const cell = cells[name];
    if (cell !== undefined && cell !== null) filled[name] = cell;
  }
  return filled;
}
