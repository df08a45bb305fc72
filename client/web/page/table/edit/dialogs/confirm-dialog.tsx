import { Alert, Button, Stack } from '@mantine/core';
import type { ReactNode } from 'react';
import { Dialog } from '../../../shell/dialog.tsx';
import { DialogEnd } from '../../../shell/dialog-end.tsx';
import { problemWords } from '../../../words/plain-words.ts';
import { useIsAsked } from '../conflicts.ts';
import { useCommand } from './use-command.ts';
import { WhyField } from './why-field.tsx';

/** Problems that are listed; the message tells of them all. */
const listedMax = 8;

interface Props {
  readonly title: string;
  readonly children: ReactNode;
  /** On the button that does it. */
  readonly verb: string;
  readonly isDangerous?: boolean;
  readonly isDisabled?: boolean;
  readonly size?: string;
  /** Answers whether it is done: else the dialog stays. */
  readonly deed: () => Promise<boolean>;
  readonly onClose: () => void;
}

/** Asks before something is done, and says why when it was refused. */
export function ConfirmDialog({ title, children, verb, isDangerous, isDisabled, size, deed, onClose }: Props) {
  const [{ isBusy, message, problems }, run] = useCommand();
  const isAsked = useIsAsked();
  const confirm = (): Promise<void> =>
    run(async () => {
      if (await deed()) onClose();
    });
  return (
    <Dialog onClose={onClose} title={title} size={size ?? 'md'} {...(isAsked && { closeOnEscape: false })}>
      <Stack gap="sm">
        {children}
        <WhyField />
        {message !== undefined && (
          <Alert color="red">
            {problems.length === 0
              ? message
              : problems
                  .slice(0, listedMax)
                  .map((problem) => (
                    <div key={`${problem.index} ${problem.key} ${problem.column}`}>{problemWords(problem)}</div>
                  ))}
          </Alert>
        )}
        <DialogEnd onCancel={onClose} focusesCancel={isDangerous}>
          <Button
            {...(isDangerous ? { color: 'red' } : {})}
            loading={isBusy}
            disabled={isDisabled ?? false}
            onClick={() => void confirm()}
          >
            {verb}
          </Button>
        </DialogEnd>
      </Stack>
    </Dialog>
  );
}
