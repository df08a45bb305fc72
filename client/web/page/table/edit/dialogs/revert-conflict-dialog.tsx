import { Button, Group, Stack, Text } from '@mantine/core';
import { shownText } from '../../../../../../protocol/shown-text.ts';
import { ConflictList } from '../../../row/conflict-list.tsx';
import { Dialog } from '../../../shell/dialog.tsx';
import { amount } from '../../../words/sentence.ts';
import { type RevertConflict, settled } from '../conflicts.ts';

/** What is to be taken back was changed again since: shows what is there and what would be, and who made it so. */
export function RevertConflictDialog({ conflict }: { readonly conflict: RevertConflict }) {
  const { text, problems, more, resolve } = conflict;
  const end = (rule: 'keep' | 'overwrite' | undefined): void => {
    settled(conflict);
    resolve(rule);
  };
  return (
    <Dialog onClose={() => end(undefined)} title="Changed again since" size="lg">
      <Stack gap="sm">
        <Text size="sm">To undo “{shownText(text)}” would take back what was made of it later:</Text>
        <ConflictList problems={problems} />
        {more > 0 && <Text size="xs">and {amount(more)} more</Text>}
        <Group justify="flex-end" gap="xs">
          <Button variant="default" data-autofocus onClick={() => end(undefined)}>
            leave it as it is
          </Button>
          <Button variant="default" onClick={() => end('keep')}>
            keep these, undo the rest
          </Button>
          <Button onClick={() => end('overwrite')}>undo all of it</Button>
        </Group>
      </Stack>
    </Dialog>
  );
}
