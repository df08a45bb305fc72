import { parseCursor } from '../../../../protocol/cursor.ts';
import type { RowDiff } from '../../../../protocol/diff.ts';
import type { Entry } from '../../../../protocol/entry.ts';
import type { CurrentRow } from '../../../../protocol/errors.ts';
import type { TableDefinition } from '../../../../protocol/table.ts';
import type { Group } from '../api/messages.ts';
import { GatewayProblem } from '../api/problem.ts';
import type { TableListener } from './table-listener.ts';
import { TableRows } from './table-rows.ts';

/** The first line of a table's rows. */
export interface RowsHead {
  readonly cursor: string;
  readonly definition: TableDefinition;
}

/** The rows of a table where they stand in the log; whatever they become, the listener is told of it. */
export class ToldRows {
  readonly #table: string;
  readonly #listener: TableListener;
  readonly #rows = new TableRows();
  #seq = 0;
  #position = '';

  constructor(table: string, listener: TableListener) {
    this.#table = table;
    this.#listener = listener;
  }

  get rows(): ReadonlyMap<string, CurrentRow> {
    return this.#rows.rows;
  }

  /** Undefined where there is no such table. */
  get definition(): TableDefinition | undefined {
    return this.#rows.definition;
  }

  /** Behind the last change that is in the rows. */
  get seq(): number {
    return this.#seq;
  }

  /** The point that was gone to last, from which a play begins. */
  get position(): string {
    return this.#position;
  }

  /** All is void but these: the table, and its first rows. What the listener answers is to be waited for. */
  async begin(
    { cursor, definition }: RowsHead,
    rows: readonly CurrentRow[],
    { isElsewhere }: { readonly isElsewhere: boolean },
  ): Promise<void> {
    this.#stand(cursor);
    this.#rows.begin(definition, rows);
    await this.#listener.begin(definition, rows, isElsewhere);
  }

  /** More rows, as of the same point. */
  add(rows: readonly CurrentRow[]): void {
    this.#rows.add(rows);
    this.#listener.rows(rows);
  }

  /** Goes to another point by what differs there. */
  move(diffs: readonly RowDiff[], to: { readonly cursor: string; readonly direction: 'forward' | 'back' }): void {
    this.#stand(to.cursor);
    this.#listener.changes(this.#rows.move(diffs, to.direction));
  }

  /** Lets groups happen that were played, and says where that has led. */
  play(groups: readonly [Group, ...Group[]]): void {
    const { cursor, at } = groups.at(-1) ?? groups[0];
    this.#position = cursor;
    this.apply(groups);
    this.#listener.clock?.({ cursor, at });
  }

  /** Lets changes happen that are ahead of where the rows stand; others are passed over. */
  apply(groups: readonly Group[]): void {
    this.applyEntries(groups.flatMap(({ entries }) => entries));
  }

  applyEntries(all: readonly Entry[]): void {
    const entries = all.filter((entry) => entry.table === this.#table && entry.seq > this.#seq);
    const last = entries.at(-1);
    if (last === undefined) return;
    this.#seq = last.seq;
    const changes = this.#rows.apply(entries);
    if (changes !== 'anew') this.#listener.changes(changes);
    else if (this.definition !== undefined) this.#tellAnew(this.definition);
    else this.#listener.failed(noTable(this.#table));
  }

  /** Nothing of the table was changed up to here. */
  skipTo(seq: number): void {
    this.#seq = Math.max(this.#seq, seq);
  }

  /** There are no rows, for this reason. */
  fail(problem: GatewayProblem): void {
    this.#rows.begin(undefined, []);
    this.#listener.failed(problem);
  }

  /** There is no table at this point, and so at none before. */
  standBefore(position: string): void {
    this.#seq = 0;
    this.#position = position;
  }

  #stand(cursor: string): void {
    this.#seq = parseCursor(cursor)?.seq ?? 0;
    this.#position = cursor;
  }

  #tellAnew(definition: TableDefinition): void {
    void this.#listener.begin(definition, [...this.rows.values()], false);
    this.#listener.whole();
  }
}

export function noTable(table: string): GatewayProblem {
  return new GatewayProblem({ code: 'table_not_found', message: `there is no table ${table}` });
}
