import { Text } from '@mantine/core';
import type { CurrentRow } from '../../../../../../protocol/errors.ts';
import { sendCommand } from '../../../api/send-command.ts';
import { count } from '../../../words/sentence.ts';
import { whyNow } from '../own-commands.ts';
import { deleteStep } from '../steps.ts';
import { tellDone } from '../undo.ts';
import { ConfirmDialog } from './confirm-dialog.tsx';

interface Props {
  readonly table: string;
  readonly rows: readonly CurrentRow[];
  readonly onClose: () => void;
}

/** Takes rows away, all or none of them. */
export function DeleteDialog({ table, rows, onClose }: Props) {
  const [first] = rows;
  const what = rows.length === 1 ? `row ${first?.key}` : count(rows.length, 'row');
  const deed = async (): Promise<void> => {
    const commands = rows.map((row) => deleteStep(table, row));
    const { id } = await sendCommand('batch', { commands, why: whyNow() });
    tellDone({ id, text: `deleted ${what}` });
  };
  return (
    <ConfirmDialog title={`Delete ${what}?`} verb="delete" isDangerous deed={deed} onClose={onClose}>
      <Text size="sm">It can be undone: every version stays in the log.</Text>
    </ConfirmDialog>
  );
}
