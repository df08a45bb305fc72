import type { CurrentRow } from '../../../../protocol/errors.ts';
import type { AlterStep } from '../../../../protocol/table.ts';
import type { ComparedRow } from './comparison.ts';

export type ShownRow = Omit<ComparedRow, 'mark'> & { readonly mark: ComparedRow['mark'] | 'same' };

/** The rows that differ, each where its key is among the others. */
export function allRows(compared: readonly ComparedRow[], rows: Iterable<CurrentRow>): ShownRow[] {
  const differing = new Set(compared.map(({ key }) => key));
  const all: ShownRow[] = [...compared];
  for (const { key, row } of rows) if (!differing.has(key)) all.push({ key, mark: 'same', row, was: {} });
  return all.sort((a, b) => (a.key < b.key ? -1 : a.key > b.key ? 1 : 0));
}

/** Columns that came, went or have another name or type now, as they are told. */
export function columnWords(steps: readonly AlterStep[]): string[] {
  return steps.flatMap((step) => {
    switch (step.do) {
      case 'add':
        return [`column ${step.column.name} came`];
      case 'remove':
        return [`column ${step.column} went`];
      case 'rename':
        return [`column ${step.column} is ${step.to} now`];
      case 'retype':
        return [`column ${step.column} is of type ${step.to} now`];
      case 'rules':
        return [`rules of ${step.column} changed`];
      default:
        return step satisfies never;
    }
  });
}
