import { Alert, Button, Loader, SegmentedControl, Stack, Text } from '@mantine/core';
import { useState } from 'react';
import type { ConflictRule, Reverted, RevertedRow } from '../../../../protocol/revert.ts';
import { Dialog } from '../shell/dialog.tsx';
import { DialogEnd } from '../shell/dialog-end.tsx';
import { useIsNarrow } from '../tables/use-is-narrow.ts';
import { WhyInput } from '../tables/why-input.tsx';
import { ConflictList } from './conflict-list.tsx';
import { RevertPreview } from './revert-preview.tsx';
import { useRevert } from './use-revert.ts';

/** Changes that somebody wants to take back. */
export interface Takeback {
  readonly title: string;
  /** What was done then, to be said. */
  readonly done: string;
  readonly what: Reverted;
  /** Only those of these rows. */
  readonly rows?: RevertedRow[];
}

interface Props {
  readonly takeback: Takeback;
  readonly onClose: () => void;
}

/** Shows what would become of it when changes are taken back, asks who wins where they were changed again, and does it. */
export function RevertDialog({ takeback, onClose }: Props) {
  const [rule, setRule] = useState<ConflictRule>('refuse');
  const [why, setWhy] = useState('');
  const isNarrow = useIsNarrow();
  const { preview, conflicts, problem, isBusy, revert } = useRevert({ takeback, rule, onDone: onClose });
  return (
    <Dialog onClose={onClose} title={takeback.title} size="lg" closeButtonProps={{ 'aria-label': 'close' }}>
      <Stack gap="sm">
        {conflicts !== undefined && (
          <>
            <Text size="sm">This was changed again since. What should be there?</Text>
            <ConflictList problems={conflicts} />
            <SegmentedControl
              aria-label="what should be there"
              fullWidth
              orientation={isNarrow ? 'vertical' : 'horizontal'}
              value={rule === 'refuse' ? '' : rule}
              onChange={(value) => setRule(value as ConflictRule)}
              data={[
                { value: 'keep', label: 'keep what is there now' },
                { value: 'overwrite', label: 'bring back what was before' },
              ]}
            />
          </>
        )}
        {preview === 'reading' && <Loader size="sm" aria-label="looking what would change" />}
        {typeof preview === 'object' && <RevertPreview preview={preview} />}
        {problem !== undefined && <Alert color="red">{problem}</Alert>}
        <WhyInput value={why} onChange={setWhy} isFirst />
        <DialogEnd onCancel={onClose}>
          <Button
            onClick={() => void revert(why)}
            loading={isBusy}
            disabled={typeof preview !== 'object' || !preview.changed}
          >
            do it
          </Button>
        </DialogEnd>
      </Stack>
    </Dialog>
  );
}
