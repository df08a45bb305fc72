import { hash } from 'node:crypto';
import { findColumn, type TableDefinition } from '../../protocol/table.ts';
import { type Cells, cellFormText } from '../../protocol/values.ts';

/** Characters of a key: 120 bits, so that no two rows that differ have the same. */
const keyCharacters = 20;

export interface ContentKey {
  readonly key: string;
  /** The key that 0.3.0 made of such a row, where it is another one: of the cells by their types, which may change. */
  readonly former?: string;
}

/**
 * Keys for rows that have none of their own: made of the texts of what a row holds, which a column keeps when it gets
 * another type, and of how many such rows came before it. So the same file has the same keys each time, and importing it
 * again changes nothing.
 */
export class ContentKeys {
  readonly #definition: TableDefinition;
  readonly #isTaken: (key: string) => boolean;
  /** Of rows that came more than once: the last number. */
  readonly #copies = new Map<string, number>();

  constructor(definition: TableDefinition, isTaken: (key: string) => boolean) {
    this.#definition = definition;
    this.#isTaken = isTaken;
  }

  /** @param cells in the order of the table's columns, without empty ones */
  next(cells: Cells): ContentKey {
    const [base, former] = [hashOf(this.#texts(cells)), hashOf(cells)];
    const behind = this.#isTaken(base) ? `.${this.#nextCopy(base)}` : '';
    return { key: base + behind, ...(former !== base && { former: former + behind }) };
  }

  #texts(cells: Cells): Cells {
    const texts = Object.entries(cells).map(([name, cell]) => {
      const { type = 'text' } = findColumn(this.#definition, name) ?? {};
      return [name, cellFormText(type, cell)];
    });
    return Object.fromEntries(texts) as Cells;
  }

  #nextCopy(base: string): number {
    const copy = (this.#copies.get(base) ?? 1) + 1;
    this.#copies.set(base, copy);
    return copy;
  }
}

function hashOf(cells: Cells): string {
  return hash('sha256', JSON.stringify(cells), 'base64url').slice(0, keyCharacters);
}
