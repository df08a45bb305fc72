import { importLimits } from './import-limits.ts';
import { KeyIndex } from './key-index.ts';
import type { FileRow } from './row-reader.ts';
import type { Spool } from './spool.ts';

/** Texts of which each may stand in one row of a file only: keys, or the values of a unique column. 16 to 32 bytes a row. */
export class OnceValues {
  readonly #rows: Spool<FileRow>;
  readonly #index: KeyIndex;
  /** Of rows that are wrong, which nobody keeps: the lines. */
  readonly #linesOfBad = new Map<string, number>();

  /** @param textOf the text of a row that was added */
  constructor(rows: Spool<FileRow>, rowsMax: number, textOf: (row: FileRow) => string) {
    this.#rows = rows;
    this.#index = new KeyIndex(rowsMax, (place) => textOf(rows.at(place)));
  }

  /** The place of the first row that has it. */
  find(text: string): number | undefined {
    return this.#index.find(text);
  }

  /** The line on which it stands already. */
  lineOf(text: string): number | undefined {
    const place = this.find(text);
    return place === undefined ? this.#linesOfBad.get(text) : this.#rows.at(place).line;
  }

  add(text: string, place: number): void {
    this.#index.add(text, place);
  }

  /** Of as many rows as reasons are held of. */
  addBad(text: string, line: number): void {
    if (this.#linesOfBad.size < importLimits.problemsHeld) this.#linesOfBad.set(text, line);
  }
}
