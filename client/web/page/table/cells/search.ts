import type { CurrentRow } from '../../../../../protocol/errors.ts';
import type { TableDefinition } from '../../../../../protocol/table.ts';

/** Between the cells of a row, so that no text is found across two of them; no cell holds it. */
const between = '\0';

/** Finds rows as the server's search does: a text in any case, within one text column. */
export class Search {
  #wanted = '';
  #names: readonly string[] = [];
  /** A row is another object after every change, so what is kept for it never goes stale. */
  #texts = new WeakMap<CurrentRow, string>();

  setColumns({ columns }: TableDefinition): void {
    this.#names = columns.filter(({ type, sealed }) => type === 'text' && sealed !== true).map(({ name }) => name);
    this.#texts = new WeakMap();
  }

  /** Whether it is another one than before. */
  set(text: string): boolean {
    const wanted = text.toLowerCase();
    const isOther = wanted !== this.#wanted;
    this.#wanted = wanted;
    return isOther;
  }

  get isOn(): boolean {
    return this.#wanted !== '';
  }

  matches(row: CurrentRow): boolean {
    if (this.#wanted === '') return true;
    let text = this.#texts.get(row);
    if (text === undefined) {
      text = this.#names
        .map((name) => row.row[name] ?? '')
        .join(between)
        .toLowerCase();
      this.#texts.set(row, text);
    }
    return text.includes(this.#wanted);
  }
}
