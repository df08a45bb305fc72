import type { TableEntry } from '../../protocol/entry.ts';
import { FoldError } from '../../protocol/fold.ts';
import { orderedCells, reshapeRow } from '../../protocol/reshape.ts';
import type { AlterStep, TableDefinition } from '../../protocol/table.ts';
import type { Cells } from '../../protocol/values.ts';

/** A change of a table's columns. */
interface Alteration {
  readonly seq: number;
  readonly before: TableDefinition;
  readonly steps: readonly AlterStep[];
  readonly after: TableDefinition;
}

/** One life of a table, from its creation to its drop. */
export interface TableLife {
  /** Seq of its creation. */
  readonly id: number;
  readonly name: string;
  definition: TableDefinition;
  /** Seq of the last change of the table itself. */
  changed: number;
  dropped: number | undefined;
  readonly alterations: Alteration[];
}

/**
 * Every life of every table, told by nothing but the log: what projections of tables are held against, and rows written
 * before a change of columns are read through. Its size grows with the changes of tables, of which there are few.
 */
export class TableLives {
  readonly byId = new Map<number, TableLife>();
  readonly #living = new Map<string, TableLife>();

  living(name: string): TableLife | undefined {
    return this.#living.get(name);
  }

  /** Of all lives that had a name, the present one included. */
  ofName(name: string): TableLife[] {
    return [...this.byId.values()].filter((life) => life.name === name);
  }

  /** @throws FoldError when the entry cannot follow those before it */
  apply({ seq, op, table, definition, steps = [] }: TableEntry): TableLife {
    const before = this.#living.get(table);
    if ((before === undefined) !== (op === 'create')) {
      throw new FoldError(seq, `entry ${seq} and those before it disagree on whether there was a table ${table}`);
    }
    const life = before ?? begin(seq, table, definition);
    life.changed = seq;
    if (op === 'drop') {
      life.dropped = seq;
      this.#living.delete(table);
      return life;
    }
    if (definition === undefined) throw new FoldError(seq, `entry ${seq} leaves the table ${table} without columns`);
    if (op === 'alter') life.alterations.push({ seq, before: life.definition, steps, after: definition });
    life.definition = definition;
    this.byId.set(life.id, life);
    this.#living.set(table, life);
    return life;
  }
}

function begin(seq: number, name: string, definition: TableDefinition | undefined): TableLife {
  if (definition === undefined) throw new FoldError(seq, `entry ${seq} creates a table without columns`);
  return { id: seq, name, definition, changed: seq, dropped: undefined, alterations: [] };
}

/** Cells that were written at a seq, as the later changes of the table's columns have left them. */
export function reshapedSince({ alterations }: TableLife, seq: number, cells: Cells): Cells {
  return alterations
    .filter((alteration) => alteration.seq > seq)
    .reduce((now, { before, steps, after }) => orderedCells(after.columns, reshapeRow(before, steps, now)), cells);
}

/** What a column of one seq is called at a later one: what it had been renamed to. */
export function renamedColumn({ alterations }: TableLife, column: string, since: number, until = Infinity): string {
  return alterations
    .filter(({ seq }) => seq > since && seq <= until)
    .flatMap(({ steps }) => steps)
    .reduce((name, step) => (step.do === 'rename' && step.column === name ? step.to : name), column);
}
