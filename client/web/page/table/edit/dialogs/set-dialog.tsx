import { NativeSelect } from '@mantine/core';
import { useState } from 'react';
import type { CurrentRow } from '../../../../../../protocol/errors.ts';
import type { TableDefinition } from '../../../../../../protocol/table.ts';
import { count } from '../../../words/sentence.ts';
import { typedCell } from '../typed-cell.ts';
import { CellField } from './cell-field.tsx';
import { changeAndTell } from './change-and-tell.ts';
import { ConfirmDialog } from './confirm-dialog.tsx';

interface Props {
  readonly definition: TableDefinition;
  readonly rows: readonly CurrentRow[];
  readonly onClose: () => void;
}

/** One value for a cell of every selected row, in one change set. */
export function SetDialog({ definition, rows, onClose }: Props) {
  const columns = definition.columns.filter(({ name }) => name !== definition.key);
  const [name, setName] = useState(columns[0]?.name ?? '');
  const [text, setText] = useState('');
  const column = columns.find((one) => one.name === name);
  const deed = (): Promise<boolean> => {
    const typed = typedCell(column?.type ?? 'text', text);
    if ('problem' in typed) throw new Error(typed.problem);
    const cells = { [name]: typed.cell };
    return changeAndTell(
      definition.name,
      rows.map((seen) => ({ op: 'update', seen, cells })),
      (keys) => `set ${name} of ${count(keys.length, 'row')}`,
    );
  };
  return (
    <ConfirmDialog title={`Set a cell of ${count(rows.length, 'row')}`} verb="set" deed={deed} onClose={onClose}>
      <NativeSelect
        label="Column"
        data={columns.map((one) => one.name)}
        value={name}
        onChange={(event) => {
          setName(event.currentTarget.value);
          setText('');
        }}
      />
      {column !== undefined && <CellField column={{ ...column, name: 'Value' }} text={text} onChange={setText} />}
    </ConfirmDialog>
  );
}
