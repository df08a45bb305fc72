import type { CurrentRow } from '../../../../protocol/errors.ts';
import type { ComparedRow } from './comparison.ts';

export type ShownRow = Omit<ComparedRow, 'mark'> & { readonly mark: ComparedRow['mark'] | 'same' };

/** The rows that differ, each where its key is among the others. */
export function allRows(compared: readonly ComparedRow[], rows: Iterable<CurrentRow>): ShownRow[] {
  const differing = new Set(compared.map(({ key }) => key));
  const all: ShownRow[] = [...compared];
  for (const { key, row } of rows) if (!differing.has(key)) all.push({ key, mark: 'same', row, was: {} });
  return all.sort((a, b) => (a.key < b.key ? -1 : a.key > b.key ? 1 : 0));
}
