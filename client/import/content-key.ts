import { hash } from 'node:crypto';
import type { Cells } from '../../protocol/values.ts';

/** Characters of a key: 120 bits, so that no two rows that differ have the same. */
const keyCharacters = 20;

/**
 * Keys for rows that have none of their own: made of what a row holds, and of how many such rows came before it. So the
 * same file has the same keys each time, and importing it again changes nothing.
 */
export class ContentKeys {
  readonly #isTaken: (key: string) => boolean;
  /** Of rows that came more than once: the last number. */
  readonly #copies = new Map<string, number>();

  constructor(isTaken: (key: string) => boolean) {
    this.#isTaken = isTaken;
  }

  /** @param cells in the order of the table's columns, without empty ones */
  next(cells: Cells): string {
    const base = hash('sha256', JSON.stringify(cells), 'base64url').slice(0, keyCharacters);
    if (!this.#isTaken(base)) return base;
    const copy = (this.#copies.get(base) ?? 1) + 1;
    this.#copies.set(base, copy);
    return `${base}.${copy}`;
  }
}
