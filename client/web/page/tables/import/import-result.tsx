import { Button, Group, Stack, Text } from '@mantine/core';
import type { Entry } from '../../../../../protocol/entry.ts';
import { usePlace } from '../../address/use-place.ts';
import { pathOf, readAll } from '../../api/lines.ts';
import { request } from '../../api/request.ts';
import { useDeed } from '../../people/use-deed.ts';
import { closeDialog } from '../dialogs.ts';
import { ProblemAlert } from '../problem-alert.tsx';
import type { ImportPreview, ImportResult } from './preview.ts';

interface Props {
  readonly preview: ImportPreview;
  readonly result: ImportResult;
}

/** What an import has done, and its way back. */
export function ImportResultView({ preview: { table, isNew }, result: { changes, seq } }: Props) {
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
        {changes.toLocaleString()} {changes === 1 ? 'change' : 'changes'} in one set
        {seq !== undefined && `, recorded up to seq ${seq.toLocaleString()}`}.
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
