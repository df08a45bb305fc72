import type { RowEntry } from '../../protocol/entry.ts';
import type { Cell, Cells } from '../../protocol/values.ts';
import type { Reverts } from './event.ts';

/** A change that stands in the way: which, when and whose. */
export type Touch = Pick<RowEntry, 'seq' | 'at' | 'by'>;

/** A change of a row, its cells in the columns that the table has now. */
export interface PastChange extends Touch {
  readonly op: RowEntry['op'];
  /** Whether it is to be taken back. */
  readonly isReverted: boolean;
  readonly row?: Cells | undefined;
  readonly was?: Cells | undefined;
  /** Of a delete: the row as it would be now if it had stayed, with what defaults have filled since. */
  readonly whole?: Cells | undefined;
  /** Cells that have no place in the columns of now. */
  readonly homeless?: number;
}

/** A cell before the first of the changes that touched it, and behind the last one. */
export interface NetCell {
  readonly before: Cell;
  readonly after: Cell;
  /** The last other change of it behind them. */
  readonly touched?: Touch | undefined;
}

/** What the changes that are to be taken back come to, for one row. */
export interface RowNet {
  readonly reverts: Reverts;
  /** Whether there was a row before them; undefined when they neither made nor ended one. */
  readonly existed?: boolean | undefined;
  readonly cells: ReadonlyMap<string, NetCell>;
  /** What is beside these cells in a row that has to come back. */
  readonly whole?: Cells | undefined;
  /** The last other change of the row behind the first of them. */
  readonly touched?: Touch | undefined;
  /** The other change that has ended the row since. */
  readonly ended?: Touch | undefined;
  /** The other change that has made a row of that key again, after they had ended it. */
  readonly madeAgain?: Touch | undefined;
  readonly homeless: number;
}

/**
 * Adds up the changes of one row, from the first that is to be taken back to the last there is, in order of seq: what
 * those to be taken back come to, and what the others have touched since.
 */
export class RowNetFold {
  #reverts: Reverts | undefined;
  #existed: boolean | undefined;
  readonly #cells = new Map<string, NetCell>();
  #whole: Cells | undefined;
  #touched: Touch | undefined;
  #ended: Touch | undefined;
  #madeAgain: Touch | undefined;
  #homeless = 0;

  /** Undefined when nothing of the changes is left to be taken back: the row that they made has gone by itself. */
  get net(): RowNet | undefined {
    if (this.#reverts === undefined) return undefined;
    return {
      reverts: this.#reverts,
      existed: this.#existed,
      cells: new Map(this.#cells),
      whole: this.#whole,
      touched: this.#touched,
      ended: this.#ended,
      madeAgain: this.#madeAgain,
      homeless: this.#homeless,
    };
  }

  add(change: PastChange): void {
    // Values that were erased come back no more, and nothing else has changed.
    if (change.op === 'erase') return;
    if (change.isReverted) this.#take(change);
    else if (this.#reverts !== undefined) this.#meet(change);
  }

  #take({ op, seq, row = {}, was = {}, whole, homeless = 0 }: PastChange): void {
    this.#reverts = [this.#reverts?.[0] ?? seq, seq];
    this.#homeless += homeless;
    if (op === 'insert') {
      // What was to be taken back of the row before has ended with it.
      if (this.#existed === undefined) this.#forgetRow();
      this.#existed ??= false;
      for (const name of new Set([...this.#cells.keys(), ...Object.keys(row)])) this.#net(name, null, row[name]);
    } else if (op === 'delete') {
      this.#existed ??= true;
      this.#whole = whole;
      for (const name of new Set([...this.#cells.keys(), ...Object.keys(was)])) this.#net(name, was[name], null);
    } else {
      for (const name of Object.keys(was)) this.#net(name, was[name], row[name]);
    }
    if (op !== 'update') {
      this.#ended = undefined;
      this.#madeAgain = undefined;
    }
  }

  #net(name: string, before: Cell | undefined, after: Cell | undefined): void {
    const known = this.#cells.get(name);
    this.#cells.set(name, { before: known === undefined ? (before ?? null) : known.before, after: after ?? null });
  }

  #meet({ op, was = {}, whole, ...change }: PastChange): void {
    const touch: Touch = { seq: change.seq, at: change.at, by: change.by };
    if (op !== 'update' && this.#existed === false) {
      // What they made has ended, by this change or before it: nothing of theirs is in what comes now.
      this.#forget();
      return;
    }
    this.#touched = touch;
    for (const [name, cell] of this.#cells) {
      if (op !== 'update' || name in was) this.#cells.set(name, { ...cell, touched: touch });
    }
    if (op === 'delete') {
      this.#whole = whole;
      this.#ended = touch;
      this.#madeAgain = undefined;
    } else if (op === 'insert') {
      this.#ended = undefined;
      if (this.#existed === true) this.#madeAgain = touch;
    }
  }

  #forget(): void {
    this.#reverts = undefined;
    this.#existed = undefined;
    this.#forgetRow();
  }

  #forgetRow(): void {
    this.#cells.clear();
    this.#whole = undefined;
    this.#touched = undefined;
    this.#homeless = 0;
  }
}
