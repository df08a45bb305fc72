import type { Cells } from '../../protocol/values.ts';
import type { RowState } from '../domain/state.ts';
import type { Head } from '../log/head.ts';

/** Rows by {@link rowName}. */
export type RowsByName = ReadonlyMap<string, RowState>;

/** UTF-16 units of cells that are kept, and what a row counts for by itself. */
const unitsMax = 16_777_216;
const rowUnits = 256;

/**
 * Rows as the last groups have left them, in memory: who writes a row again need not read it again. They are right as
 * long as the head is where the last group left it, as nothing else writes rows without moving it: neither another
 * server nor a large command. So they are kept only while this server is found to write alone, and whoever writes in
 * turn with another pays nothing for guesses that do not come true.
 */
export class RecentRows {
  readonly #rows = new Map<string, RowState>();
  readonly #unitsMax: number;
  #units = 0;
  #head: Head | undefined;

  constructor(max: number = unitsMax) {
    this.#unitsMax = max;
  }

  /** As they were last: right if {@link isCurrent}. */
  get last(): RowsByName {
    return this.#rows;
  }

  /** Whether nobody has written since. */
  isCurrent({ epoch, seq }: Head): boolean {
    return this.#head?.epoch === epoch && this.#head.seq === seq;
  }

  /**
   * Keeps what a group has left, once that is durable.
   * @param found the head ahead of the group
   * @param rows those that it wrote; undefined where one was deleted
   */
  keep(found: Head, left: Head, rows: Iterable<readonly [name: string, row: RowState | undefined]>): void {
    const isAlone = this.isCurrent(found) && left.schemaSeq === found.schemaSeq;
    this.#head = left;
    if (!isAlone) this.#clear();
    else for (const [name, row] of rows) this.#set(name, row);
  }

  #set(name: string, row: RowState | undefined): void {
    this.#delete(name);
    if (row === undefined) return;
    this.#rows.set(name, row);
    this.#units += unitsOf(row);
    // The one that was written longest ago comes first.
    for (const oldest of this.#rows.keys()) {
      if (this.#units <= this.#unitsMax) return;
      this.#delete(oldest);
    }
  }

  #delete(name: string): void {
    const row = this.#rows.get(name);
    if (row === undefined) return;
    this.#rows.delete(name);
    this.#units -= unitsOf(row);
  }

  #clear(): void {
    this.#rows.clear();
    this.#units = 0;
  }
}

function unitsOf({ cells, open }: RowState): number {
  return rowUnits + textUnits(open ?? cells);
}

function textUnits(cells: Cells): number {
  let units = 0;
  for (const cell of Object.values(cells)) {
    if (typeof cell === 'string') units += cell.length;
    else if (typeof cell === 'object' && cell !== null) units += JSON.stringify(cell).length;
  }
  return units;
}
