import { Button, Group, Stack, Text } from '@mantine/core';
import type { Entry } from '../../../../../protocol/entry.ts';
import { usePlace } from '../../address/use-place.ts';
import { pathOf, readAll } from '../../api/lines.ts';
import { request } from '../../api/request.ts';
import { useDeed } from '../../people/use-deed.ts';
import { seqWords } from '../../words/points.ts';
import { amount, count } from '../../words/sentence.ts';
import { closeDialog } from '../dialogs.ts';
import { ProblemAlert } from '../problem-alert.tsx';
import type { ImportPreview, ImportResult } from './preview.ts';

interface Props {
  readonly preview: ImportPreview;
  readonly result: ImportResult;
}

/** What an import has done, and its way back. */
export function ImportResultView({ preview, result: { seq } }: Props) {
  const { table, isNew } = preview;
  const [, go] = usePlace();
  const { run, isBusy, error } = useDeed(async (last: number) => {
    const [entry] = await readAll<Entry>(pathOf('/api/log', { after: last - 1, limit: 1 }));
    if (entry === undefined) return;
    await request('change.revert', { what: { command: entry.command }, why: `undo the import into ${table}` });
    closeDialog();
    if (isNew) go({ table: undefined });
  });
  return (
    <Stack gap="md">
      <Text>
        {resultWords(preview)} All of it is one set of changes
        {seq !== undefined && `, up to ${seqWords(seq)}`}, and can be undone as one.
      </Text>
      <ProblemAlert error={error} />
      <Group justify="flex-end" gap="xs">
        {seq !== undefined && (
          <Button variant="default" loading={isBusy} onClick={() => void run(seq)}>
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
