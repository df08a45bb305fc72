import { Button, Stack, Text } from '@mantine/core';
import { queries } from '../api/queries.ts';
import { sendCommand } from '../api/send-command.ts';
import { Dialog } from '../shell/dialog.tsx';
import { DialogEnd } from '../shell/dialog-end.tsx';
import { DeedError } from './deed-error.tsx';
import { useDeed } from './use-deed.ts';

interface Props {
  readonly user: string;
  readonly onClose: () => void;
}

/** Asks before an account goes. */
export function RemoveAccount({ user, onClose }: Props) {
  const { run, isBusy, error } = useDeed(async () => {
    await sendCommand('account.remove', { user });
    onClose();
    await queries.invalidateQueries({ queryKey: ['accounts'] });
  });
  return (
    <Dialog onClose={onClose} title={`Remove ${user}?`} size="sm">
      <Stack gap="sm">
        <Text size="sm">
          {user} can log in no more, and every session of {user} ends. What {user} did stays in the log, under this
          name.
        </Text>
        <DeedError error={error} />
        <DialogEnd onCancel={onClose} focusesCancel>
          <Button color="red" loading={isBusy} onClick={() => void run()}>
            remove
          </Button>
        </DialogEnd>
      </Stack>
    </Dialog>
  );
}
