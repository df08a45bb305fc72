import { Text } from '@mantine/core';
import type { CurrentRow } from '../../../../../../protocol/errors.ts';
import { count } from '../../../words/sentence.ts';
import { changeAndTell } from './change-and-tell.ts';
import { ConfirmDialog } from './confirm-dialog.tsx';

interface Props {
  readonly table: string;
  readonly rows: readonly CurrentRow[];
  readonly onClose: () => void;
}

/** Takes rows away, all or none of them. */
export function DeleteDialog({ table, rows, onClose }: Props) {
  const what = rowsText(rows.map(({ key }) => key));
  const deed = (): Promise<boolean> =>
    changeAndTell(
      table,
      rows.map((seen) => ({ op: 'delete', seen })),
      (keys) => `deleted ${rowsText(keys)}`,
    );
  return (
    <ConfirmDialog title={`Delete ${what}?`} verb="delete" isDangerous deed={deed} onClose={onClose}>
      <Text size="sm">It can be undone: every version stays in the log.</Text>
    </ConfirmDialog>
  );
}

function rowsText(keys: readonly string[]): string {
  return keys.length === 1 ? `row ${keys[0]}` : count(keys.length, 'row');
}
