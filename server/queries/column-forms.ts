import { reshapeRow } from '../../protocol/reshape.ts';
import { findColumn } from '../../protocol/table.ts';
import type { Cell, ColumnType } from '../../protocol/values.ts';
import type { TableAsOf } from './as-of.ts';

/** What a column was called, and which type it had, from one change of its table to the next that concerned it. */
export interface ColumnForm {
  /** Seq of the change that gave it this form; of the last form the one that added it, or made the table. */
  readonly since: number;
  readonly name: string;
  readonly type: ColumnType;
  /** Of a column that was added to rows: what its cells were filled with. */
  readonly filled?: Cell | undefined;
}

/** The forms of a column of the table, newest first, back to where it was added. */
export function columnForms({ id, definition, changes }: TableAsOf, column: string): ColumnForm[] {
  const now = findColumn(definition, column);
  if (now === undefined) return [];
  const forms: ColumnForm[] = [];
  let { name, type } = now;
  for (const { seq, steps = [], was = definition } of changes.toReversed()) {
    const form = { since: seq, name, type };
    for (const step of steps.toReversed()) {
      if (step.do === 'add' && step.column.name === name) {
        return [...forms, { ...form, filled: reshapeRow(was, steps, {})[form.name] }];
      }
      if (step.do === 'rename' && step.to === name) name = step.column;
    }
    type = findColumn(was, name)?.type ?? type;
    if (name !== form.name || type !== form.type) forms.push(form);
  }
  return [...forms, { since: id, name, type }];
}

/** The form that a column had when the row change `seq` was made; undefined when it was added since. */
export function formAt(forms: readonly ColumnForm[], seq: number): ColumnForm | undefined {
  return forms.find(({ since }) => since < seq);
}
