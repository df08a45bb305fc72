import type { RowEntry } from '../../protocol/entry.ts';
import type { Cell, Cells } from '../../protocol/values.ts';
import type { Reverts } from './event.ts';
import { sameCell } from './row.ts';

/** A change that stands in the way: which, when and whose. */
export type Touch = Pick<RowEntry, 'seq' | 'at' | 'by'>;

/** A change in the way, as a message names it. */
export function touchText({ by, at, seq }: Touch): string {
  return `${by} at ${at} (#${seq})`;
}

/** A change of a row, its cells in the columns that the table has now. */
export interface NettedChange extends Touch {
  readonly op: RowEntry['op'];
  /** Whether it is to be taken back. */
  readonly isReverted: boolean;
  /** The row before and after it, with what defaults have filled since; undefined where there was none. */
  readonly before: Cells | undefined;
  readonly after: Cells | undefined;
  /** The cells that it changed, as they were and as it left them. */
  readonly was: Cells;
  readonly is: Cells;
  /** Cells that have no place in the columns of now. */
  readonly homeless: number;
}

/** A cell before the first of the changes that touched it, and behind the last one. */
export interface NetCell {
  readonly before: Cell;
  readonly after: Cell;
  /** What others made of it in between; absent when nobody did. */
  readonly between?: Cell | undefined;
  /** The last change of it by others. */
  readonly touched?: Touch | undefined;
}

/** What the changes that are to be taken back come to, for one row. */
export interface RowNet {
  readonly reverts: Reverts;
  /** The row before the first of them and behind the last; undefined where there was none. */
  readonly before: Cells | undefined;
  readonly after: Cells | undefined;
  /** The row as it was last while they changed it: when they ended it, as it was until then. */
  readonly last: Cells;
  /** The cells that they changed. */
  readonly cells: ReadonlyMap<string, NetCell>;
  /** The last change by others behind the first of them. */
  readonly touched?: Touch | undefined;
  /** A change by others between two of them. */
  readonly between?: Touch | undefined;
  /** One that made or ended the row between two of them: what came before it and behind it do not add up. */
  readonly broken?: Touch | undefined;
  readonly homeless: number;
}

/**
 * Adds up the changes of one row, from the first that is to be taken back to the last there is, in order of seq: what
 * those to be taken back come to, and what others have touched since.
 */
export class RowNetFold {
  #reverts: Reverts | undefined;
  #before: Cells | undefined;
  #after: Cells | undefined;
  #last: Cells = {};
  readonly #cells = new Map<string, NetCell>();
  #touched: Touch | undefined;
  #rival: Touch | undefined;
  #between: Touch | undefined;
  #broken: Touch | undefined;
  #homeless = 0;

  get net(): RowNet | undefined {
    if (this.#reverts === undefined) return undefined;
    return {
      ...{ reverts: this.#reverts, before: this.#before, after: this.#after, last: this.#last, cells: this.#cells },
      ...{ touched: this.#touched, between: this.#between, broken: this.#broken, homeless: this.#homeless },
    };
  }

  add(change: NettedChange): void {
    // Values that were erased come back no more, and nothing else has changed.
    if (change.op === 'erase') return;
    if (change.isReverted) this.#take(change);
    else if (this.#reverts !== undefined) this.#meet(change);
  }

  #take({ seq, before, after, was, is, homeless }: NettedChange): void {
    if (this.#reverts === undefined) this.#before = before;
    this.#reverts = [this.#reverts?.[0] ?? seq, seq];
    this.#between = this.#touched;
    this.#broken = this.#rival;
    this.#after = after;
    this.#last = after ?? before ?? {};
    this.#homeless += homeless;
    for (const name of new Set([...Object.keys(was), ...Object.keys(is)])) {
      this.#net(name, was[name] ?? null, is[name] ?? null);
    }
  }

  #net(name: string, was: Cell, after: Cell): void {
    const known = this.#cells.get(name);
    if (known === undefined) this.#cells.set(name, { before: was, after });
    else if (sameCell(known.after, was)) this.#cells.set(name, { ...known, after });
    else this.#cells.set(name, { ...known, after, between: was });
  }

  #meet({ op, seq, at, by, was, is }: NettedChange): void {
    const touch: Touch = { seq, at, by };
    this.#touched = touch;
    if (op !== 'update') this.#rival = touch;
    for (const [name, cell] of this.#cells) {
      if (name in was || name in is) this.#cells.set(name, { ...cell, touched: touch });
    }
  }
}
