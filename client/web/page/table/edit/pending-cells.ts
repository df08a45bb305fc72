import { createStore } from 'zustand/vanilla';
import type { CurrentRow, Problem } from '../../../../../protocol/errors.ts';
import type { Cell, Cells } from '../../../../../protocol/values.ts';
import { isSame } from './steps.ts';

/** Cells of one row that somebody has set and the feed has not brought yet. */
export interface PendingEdit {
  readonly key: string;
  readonly cells: Cells;
  /** What was typed, where it is no cell. */
  readonly typed: string | undefined;
  /** Of the row as the person saw it. */
  readonly since: number;
  /** `sent` until the feed has brought it; `refused` cells stay as they were typed, to be mended or given up. */
  state: 'sent' | 'refused';
  /** Of the change, when it is acknowledged. */
  seq: number | undefined;
  /** By column, why it was refused. */
  problems: ReadonlyMap<string, string>;
}

/** A cell that was refused. */
export interface Refusal {
  readonly key: string;
  readonly column: string;
  readonly message: string;
}

/** What is shown in place of what the log says: edits on their way, and those that were refused. */
export class PendingCells {
  readonly refusals = createStore<{ readonly list: readonly Refusal[] }>(() => ({ list: [] }));
  readonly #byKey = new Map<string, Map<string, PendingEdit>>();
  readonly #onChange: (key: string) => void;

  constructor(onChange: (key: string) => void) {
    this.#onChange = onChange;
  }

  /** Cells of a row that was seen so. */
  put(seen: Pick<CurrentRow, 'key' | 'seq'>, cells: Cells): PendingEdit {
    return this.#put(seen, cells, undefined);
  }

  /** A text that was typed and can be no cell, and why. */
  putTyped(seen: Pick<CurrentRow, 'key' | 'seq'>, typed: { column: string; text: string; problem: string }): void {
    const { column, text, problem } = typed;
    this.refuse(this.#put(seen, { [column]: text }, text), [], `${column}: ${problem}`);
  }

  #put({ key, seq: since }: Pick<CurrentRow, 'key' | 'seq'>, cells: Cells, typed: string | undefined): PendingEdit {
    const edit: PendingEdit = { key, cells, typed, since, state: 'sent', seq: undefined, problems: new Map() };
    const row = this.#byKey.get(key) ?? new Map<string, PendingEdit>();
    for (const column of Object.keys(cells)) row.set(column, edit);
    this.#byKey.set(key, row);
    this.#changed(key);
    return edit;
  }

  /** It is done, and the feed brings it, or has brought it already in `row`. */
  acknowledge(edit: PendingEdit, seq: number, row: CurrentRow | undefined): void {
    edit.seq = seq;
    if (row !== undefined && row.seq >= seq) this.drop(edit);
  }

  refuse(edit: PendingEdit, problems: readonly Problem[], message: string): void {
    const byColumn = new Map(
      problems.flatMap((problem) => (problem.column ? [[problem.column, problem.message]] : [])),
    );
    const columns = Object.keys(edit.cells);
    // Where no cell of the edit is named, it is the whole of it.
    const isNamed = columns.some((column) => byColumn.has(column));
    edit.problems = isNamed ? byColumn : new Map(columns.map((column) => [column, message]));
    edit.state = 'refused';
    this.#changed(edit.key);
  }

  /** The feed has brought a row: what was sent; or what was refused, or of unknown outcome, and has come to be so. */
  seen({ key, seq, row: cells }: CurrentRow): void {
    const row = this.#byKey.get(key);
    if (row === undefined) return;
    for (const edit of new Set(row.values())) {
      const isSent = edit.seq !== undefined && seq >= edit.seq;
      if (isSent || (edit.state === 'refused' && hasCome(edit, seq, cells))) this.drop(edit);
    }
  }

  /** The rows were read anew, and what the feed had brought meanwhile is in them. */
  seenAnew(rowOf: (key: string) => CurrentRow | undefined): void {
    for (const key of [...this.#byKey.keys()]) {
      const row = rowOf(key);
      if (row !== undefined) this.seen(row);
    }
  }

  drop(edit: PendingEdit): void {
    const row = this.#byKey.get(edit.key);
    for (const [column, other] of row ?? []) if (other === edit) row?.delete(column);
    if (row?.size === 0) this.#byKey.delete(edit.key);
    this.#changed(edit.key);
  }

  /** The person gives a refused cell up. */
  giveUp(key: string, column: string): void {
    const edit = this.#byKey.get(key)?.get(column);
    if (edit?.state === 'refused') this.drop(edit);
  }

  valueOf(key: string, column: string, cell: Cell): Cell {
    const edit = this.#byKey.get(key)?.get(column);
    return edit === undefined ? cell : (edit.cells[column] ?? null);
  }

  /** What stands in the cell as it was typed, as it is no cell. */
  typedOf(key: string, column: string): string | undefined {
    return this.#byKey.get(key)?.get(column)?.typed;
  }

  stateOf(key: string, column: string): PendingEdit['state'] | undefined {
    return this.#byKey.get(key)?.get(column)?.state;
  }

  problemOf(key: string, column: string): string | undefined {
    return this.#byKey.get(key)?.get(column)?.problems.get(column);
  }

  #changed(key: string): void {
    const list: Refusal[] = [];
    for (const [rowKey, row] of this.#byKey) {
      for (const [column, { problems }] of row) {
        const message = problems.get(column);
        if (message !== undefined) list.push({ key: rowKey, column, message });
      }
    }
    if (list.length > 0 || this.refusals.getState().list.length > 0) this.refusals.setState({ list });
    this.#onChange(key);
  }
}

/** Whether the row has become so since; rows of the past, which a person looks at too, are from before. */
function hasCome({ since, typed, cells }: PendingEdit, seq: number, row: Cells): boolean {
  return typed === undefined && seq > since && isIn(cells, row);
}

function isIn(some: Cells, all: Cells): boolean {
  return Object.entries(some).every(([column, cell]) => isSame(cell, all[column] ?? null));
}
