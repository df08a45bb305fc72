import { Button } from '@mantine/core';
import { IconPlus } from '@tabler/icons-react';
import classes from './column-editor.module.css';
import { ColumnEditor } from './column-editor.tsx';
import { type ColumnForm, emptyColumn } from './column-form.ts';
import type { FormProblems, TableForm } from './table-form.ts';

interface Props {
  readonly form: TableForm;
  readonly problems: FormProblems;
  /** Whether the table is there already: its key stays, and its columns stay in their order. */
  readonly isThere: boolean;
  /** Of a table that is there: the names of the columns that are sealed. */
  readonly sealed?: ReadonlySet<string>;
  readonly onChange: (form: TableForm) => void;
}

/** The columns of a table, one below the other. */
export function ColumnsEditor({ form, problems, isThere, sealed, onChange }: Props) {
  const { columns, key } = form;
  const set = (to: readonly ColumnForm[]): void => onChange({ ...form, columns: to });
  return (
    <>
      <ul className={classes.list}>
        {columns.map((column, place) => {
          const isKey = column.id === key;
          const canMove = !isThere || column.origin === undefined;
          return (
            <ColumnEditor
              key={column.id}
              form={column}
              isKey={isKey}
              canBeKey={!isThere}
              wasSealed={column.origin !== undefined && sealed?.has(column.origin) === true}
              problems={problems}
              onChange={(changes) => set(columns.map((one) => (one === column ? { ...one, ...changes } : one)))}
              onKey={() => onChange({ ...form, key: isKey ? undefined : column.id })}
              onMove={canMove ? (by) => set(moved(columns, place, by)) : undefined}
              onRemove={isThere && isKey ? undefined : () => remove(form, column, onChange)}
            />
          );
        })}
      </ul>
      <Button
        size="compact-sm"
        variant="default"
        leftSection={<IconPlus size={14} />}
        onClick={() => set([...columns, emptyColumn()])}
      >
        column
      </Button>
    </>
  );
}

function remove(form: TableForm, column: ColumnForm, onChange: (form: TableForm) => void): void {
  const columns = form.columns.filter((one) => one !== column);
  onChange({ ...form, columns, key: form.key === column.id ? undefined : form.key });
}

function moved(columns: readonly ColumnForm[], place: number, by: 1 | -1): readonly ColumnForm[] {
  const to = place + by;
  const column = columns[place];
  if (column === undefined || to < 0 || to >= columns.length) return columns;
  return columns.toSpliced(place, 1).toSpliced(to, 0, column);
}
