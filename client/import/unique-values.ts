import type { CurrentRow } from '../../protocol/errors.ts';
import type { Column } from '../../protocol/table.ts';
import { type Cell, type Cells, cellIdentity } from '../../protocol/values.ts';
import type { ImportProblem } from './import-error.ts';
import { OnceValues } from './once-values.ts';
import type { FileRow } from './row-reader.ts';
import type { Spool } from './spool.ts';
import type { Target } from './target.ts';

interface Held {
  readonly column: Column;
  readonly values: OnceValues;
}

/**
 * The values of a file's unique columns: two rows of it, or one of it and one that stays in the table, cannot have the same.
 * Where a row of the table gets another value by the file, its own is free.
 */
export class UniqueValues {
  readonly #rows: Spool<FileRow>;
  readonly #held: readonly Held[];

  /** @param rowsMax how many rows there will be at most */
  constructor({ definition, columns }: Target, rows: Spool<FileRow>, rowsMax: number) {
    this.#rows = rows;
    this.#held = columns
      .map(({ column }) => column)
      .filter(({ name, unique }) => unique && name !== definition.key)
      .map((column) => ({
        column,
        values: new OnceValues(rows, rowsMax, ({ cells }) => identity(column, cells[column.name]) ?? ''),
      }));
  }

  /** Notes the values of a row, which was kept at this place or, being wrong, nowhere; answers which stand there already. */
  add({ line, cells }: { readonly line: number; readonly cells: Cells }, place: number | undefined): ImportProblem[] {
    const problems: ImportProblem[] = [];
    for (const { column, values } of this.#held) {
      const text = identity(column, cells[column.name]);
      if (text === undefined) continue;
      const before = values.lineOf(text);
      if (before !== undefined) {
        const reason = `is unique, and line ${before} has this value already`;
        problems.push({ line, column: column.name, reason });
      } else if (place === undefined) values.addBad(text, line);
      else values.add(text, place);
    }
    return problems;
  }

  /** What of the file cannot be beside a row of the table that stays, but for the cells that the file gives it. */
  against({ key, row }: CurrentRow, given: Cells = {}): ImportProblem[] {
    return this.#held.flatMap(({ column, values }) => {
      const text = column.name in given ? undefined : identity(column, row[column.name]);
      const place = text === undefined ? undefined : values.find(text);
      if (place === undefined) return [];
      const { line } = this.#rows.at(place);
      return [
        { line, column: column.name, reason: `is unique, and row ${JSON.stringify(key)} has this value already` },
      ];
    });
  }
}

function identity({ type }: Column, cell: Cell | undefined): string | undefined {
  return cell === undefined || cell === null ? undefined : cellIdentity(type, cell);
}
