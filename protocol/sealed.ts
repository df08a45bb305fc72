import { z } from 'zod';
import type { Column, TableDefinition } from './table.ts';
import type { Cell } from './values.ts';

const commitmentForm = /^[A-Za-z0-9_-]{43}$/;

/**
 * A sealed cell as everybody has it: a commitment to a value that administrators read with `sealed.open`. It is the
 * base64url of SHA-256(0x02 ‖ salt ‖ the UTF-8 of the value's JSON text), with a salt of 32 random bytes, so that
 * nobody can try values against it, and whoever is given salt and value can verify both.
 */
export const commitmentSchema = z.string().regex(commitmentForm, 'is no commitment: 43 characters of base64url');

/** The commitment that a cell is, or else undefined. An empty cell of a sealed column is simply empty. */
export function commitmentIn(cell: Cell | undefined): string | undefined {
  if (typeof cell !== 'object' || cell === null || Array.isArray(cell)) return undefined;
  const { sealed } = cell as Readonly<Record<string, Cell>>;
  if (typeof sealed !== 'string' || !commitmentForm.test(sealed)) return undefined;
  return Object.keys(cell).length === 1 ? sealed : undefined;
}

/** Whether a table has sealed columns: asked for every row that is written, so it makes no list. */
export function hasSealed({ columns }: TableDefinition): boolean {
  return columns.some(({ sealed }) => sealed === true);
}

/** The names of the columns whose cells are sealed. */
export function sealedNames({ columns }: TableDefinition): string[] {
  return columns.flatMap(({ name, sealed }) => (sealed ? [name] : []));
}

/** Whether a cell of a row that was opened stands for a value that nobody has any more: no rule judges it. */
export function isErased({ sealed }: Pick<Column, 'sealed'>, cell: Cell): boolean {
  return sealed === true && commitmentIn(cell) !== undefined;
}
