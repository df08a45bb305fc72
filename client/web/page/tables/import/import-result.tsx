import { Button, Group, Stack, Text } from '@mantine/core';
import { usePlace } from '../../address/use-place.ts';
import { type OwnCommand, useOwnCommands } from '../../table/edit/own-commands.ts';
import { undoOwn } from '../../table/edit/undo.ts';
import { seqWords } from '../../words/points.ts';
import { amount, count } from '../../words/sentence.ts';
import { closeDialog } from '../dialogs.ts';
import type { ImportPreview, ImportResult } from './preview.ts';

interface Props {
  readonly preview: ImportPreview;
  readonly result: ImportResult;
}

/** What an import has done, and its way back. */
export function ImportResultView({ preview, result: { seq } }: Props) {
  const { table } = preview;
  const [, go] = usePlace();
  const own = useOwnCommands(({ done }) => done.find(({ id }) => id === preview.id));
  const undo = (command: OwnCommand): void => {
    closeDialog();
    undoOwn(command, `undo the import into ${table}`);
  };
  return (
    <Stack gap="md">
      <Text>
        {resultWords(preview)} All of it is one set of changes
        {seq !== undefined && `, up to ${seqWords(seq)}`}, and can be undone as one.
      </Text>
      <Group justify="flex-end" gap="xs">
        {own !== undefined && (
          <Button variant="default" onClick={() => undo(own)}>
            undo
          </Button>
        )}
        <Button
          data-autofocus
          onClick={() => {
            closeDialog();
            go({ table, at: undefined });
          }}
        >
          open the table
        </Button>
      </Group>
    </Stack>
  );
}

function resultWords({ table, isNew, counts: { inserts, updates, deletes } }: ImportPreview): string {
  if (isNew) return `${table} was made with ${count(inserts, 'row')}.`;
  const parts = [
    inserts > 0 && count(inserts, 'new row'),
    updates > 0 && `${amount(updates)} changed`,
    deletes > 0 && `${amount(deletes)} deleted`,
  ];
  return `${table}: ${parts.filter(Boolean).join(', ')}.`;
}
