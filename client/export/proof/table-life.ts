import { isDeepStrictEqual } from 'node:util';
import type { RowEntry, TableEntry } from '../../../protocol/entry.ts';
import type { CurrentRow } from '../../../protocol/errors.ts';
import { orderedCells, reshapeRow } from '../../../protocol/reshape.ts';
import type { TableDefinition } from '../../../protocol/table.ts';
import { fileFault } from './file-fault.ts';

/** A table as its own changes made it, one after another: what columns it has, and what rows of before became. */
export class TableLife {
  readonly #changes: readonly TableEntry[];
  readonly definition: TableDefinition;

  /** @throws RowcastError `tampered` when the changes do not follow each other */
  constructor(changes: readonly TableEntry[]) {
    let before: TableDefinition | undefined;
    let seq = 0;
    for (const { op, was, definition, seq: next } of changes) {
      const follows = before === undefined ? op === 'create' : op === 'alter' && isDeepStrictEqual(was, before);
      if (!follows || next <= seq || definition === undefined)
        throw fileFault('the changes of the table do not follow each other');
      before = definition;
      seq = next;
    }
    if (before === undefined) throw fileFault('the proof does not say how the table was made');
    this.#changes = changes;
    this.definition = before;
  }

  /** What an entry has left of its row, in the columns that the table came to have. @throws RowcastError `tampered` */
  row({ table, key, version, seq, at, by, row }: RowEntry): CurrentRow {
    const [created] = this.#changes;
    if (table !== this.definition.name || created === undefined || seq < created.seq || row === undefined) {
      throw fileFault(`entry ${seq} has left no row of the table ${this.definition.name}`);
    }
    let cells = row;
    let columns = created.definition ?? this.definition;
    for (const change of this.#changes.slice(1)) {
      if (change.seq > seq) cells = reshapeRow(columns, change.steps ?? [], cells);
      columns = change.definition ?? columns;
    }
    return { key, version, seq, at, by, row: orderedCells(columns.columns, cells) };
  }
}
