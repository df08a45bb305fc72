import type { Cells } from '../../protocol/values.ts';
import type { RowState } from '../domain/state.ts';
import type { Head } from '../log/head.ts';

/** Looks rows up by {@link rowName}. */
export type RowsByName = Pick<ReadonlyMap<string, RowState>, 'get'>;

/** UTF-16 units of cells after which a generation ends, and what a row counts for by itself. */
const unitsMax = 4_194_304;
const rowUnits = 256;

/**
 * Rows as the last groups have left them, in memory: who writes a row again need not read it again. They are right as
 * long as the head is where the last group left it, as nothing else writes rows without moving it: neither another
 * server nor a large command. So they are kept only while this server is found to write alone, and whoever writes in
 * turn with another pays nothing for guesses that do not come true.
 *
 * Two generations bound them: when the younger one is full, the older one goes, with the rows that were not written again.
 */
export class RecentRows implements RowsByName {
  readonly #unitsMax: number;
  #younger = new Map<string, RowState>();
  #older = new Map<string, RowState>();
  #units = 0;
  #head: Head | undefined;

  constructor(max: number = unitsMax) {
    this.#unitsMax = max;
  }

  /** The row as it was last: right if {@link isCurrent}. */
  get(name: string): RowState | undefined {
    return this.#younger.get(name) ?? this.#older.get(name);
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
  keep(found: Head, left: Head, rows: ReadonlyMap<string, RowState | undefined>): void {
    const isAlone = this.isCurrent(found) && left.schemaSeq === found.schemaSeq;
    this.#head = left;
    if (!isAlone) this.#clear();
    else for (const [name, row] of rows) this.#set(name, row);
  }

  #set(name: string, row: RowState | undefined): void {
    if (row === undefined) {
      this.#younger.delete(name);
      this.#older.delete(name);
      return;
    }
    this.#younger.set(name, row);
    this.#units += rowUnits + textUnits(row.open ?? row.cells);
    if (this.#units < this.#unitsMax) return;
    this.#older = this.#younger;
    this.#younger = new Map();
    this.#units = 0;
  }

  #clear(): void {
    this.#younger = new Map();
    this.#older = new Map();
    this.#units = 0;
  }
}

function textUnits(cells: Cells): number {
  let units = 0;
  for (const name in cells) {
    const cell = cells[name];
    if (typeof cell === 'string') units += cell.length;
    else if (typeof cell === 'object' && cell !== null) units += JSON.stringify(cell).length;
  }
  return units;
}
