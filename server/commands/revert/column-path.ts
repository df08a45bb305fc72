import { reshapeRow } from '../../../protocol/reshape.ts';
import type { AlterStep, TableDefinition } from '../../../protocol/table.ts';
import type { Cells } from '../../../protocol/values.ts';

/** A change of columns as rows pass through it. */
export interface ColumnChange {
  readonly seq: number;
  readonly was: TableDefinition;
  readonly definition: TableDefinition;
  readonly steps: readonly AlterStep[];
  /** Of one that takes another back: the seq of that, twice. */
  readonly reverts?: readonly [number, number] | undefined;
  /** The steps that took it back, when it was. */
  readonly undone?: readonly AlterStep[];
}

/** Changes behind a seq that were reverted already, and what reverted them: together they come to nothing. */
export function settledSince(changes: readonly ColumnChange[], seq: number): ReadonlySet<number> {
  const settled = new Set<number>();
  for (const { seq: by, undone, reverts: [first = 0] = [] } of changes.toReversed()) {
    if (undone !== undefined || first <= seq || settled.has(by)) continue;
    settled.add(by).add(first);
  }
  return settled;
}

/** Brings cells of the log into the columns that a table has now. */
interface Passage {
  /** Some cells of a row; those that have no place any more are left out. */
  some(cells: Cells): Cells;
  /** A whole row: what was added since has its default. */
  whole(cells: Cells): Cells;
}

const straight: Passage = { some: (cells) => cells, whole: (cells) => cells };

/**
 * How cells come from where they stand in the log into the columns of now: through every change of columns behind them
 * that was not taken back, and then through what took back those that were before them.
 */
export class ColumnPath {
  readonly #changes: readonly ColumnChange[];
  readonly #passages = new Map<number, Passage>();

  /** @param changes all of the table's life, in order */
  constructor(changes: readonly ColumnChange[]) {
    this.#changes = changes;
  }

  from(seq: number): Passage {
    const next = this.#changes.findIndex((change) => change.seq > seq);
    const known = this.#passages.get(next);
    if (known !== undefined) return known;
    const made = this.#passage(next < 0 ? this.#changes.length : next);
    this.#passages.set(next, made);
    return made;
  }

  #passage(next: number): Passage {
    const settled = settledSince(this.#changes, (this.#changes[next]?.seq ?? Number.POSITIVE_INFINITY) - 1);
    const behind = this.#changes.slice(next).filter(({ seq, undone }) => undone === undefined && !settled.has(seq));
    const before = this.#changes.slice(0, next).filter(({ undone }) => undone !== undefined);
    const steps = [
      ...behind.flatMap((change) => change.steps),
      ...before.reverse().flatMap(({ undone = [] }) => undone),
    ];
    if (steps.length === 0) return straight;
    const definition = this.#definition(next);
    const bare = steps.map(withoutDefault);
    return {
      some: (cells) => reshapeRow(definition, bare, cells),
      whole: (cells) => reshapeRow(definition, steps, cells),
    };
  }

  /** The columns that rows ahead of the change at this place were written in. */
  #definition(next: number): TableDefinition {
    return this.#changes[next]?.was ?? this.#changes.at(-1)?.definition ?? { name: '', columns: [] };
  }
}

function withoutDefault(step: AlterStep): AlterStep {
  if (step.do !== 'add') return step;
  const { default: _default, ...column } = step.column;
  return { ...step, column };
}
