import type { CurrentRow } from '../../../../../protocol/errors.ts';
import type { TableDefinition } from '../../../../../protocol/table.ts';
import type { Cell } from '../../../../../protocol/values.ts';
import { exactText } from '../../words/cell-text.ts';
import { typedCell } from './typed-cell.ts';

/** By column, what is in the fields of a form. */
type FormTexts = Readonly<Record<string, string>>;
/** By column, why what was typed can be no cell. */
export type FormProblems = ReadonlyMap<string, string>;

export const noProblems: FormProblems = new Map();

export function textsOf({ columns }: TableDefinition, row: CurrentRow | undefined): FormTexts {
  return Object.fromEntries(columns.map(({ name, type }) => [name, exactText(type, row?.row[name] ?? null)]));
}

/** The cells whose fields were changed, and what is wrong with others. */
export function readForm(
  { columns }: TableDefinition,
  before: FormTexts,
  after: FormTexts,
): { readonly cells: Record<string, Cell>; readonly problems: FormProblems } {
  const cells: Record<string, Cell> = {};
  const problems = new Map<string, string>();
  for (const { name, type } of columns) {
    const text = after[name] ?? '';
    if (text === before[name]) continue;
    const typed = typedCell(type, text);
    if ('problem' in typed) problems.set(name, typed.problem);
    else cells[name] = typed.cell;
  }
  return { cells, problems };
}
