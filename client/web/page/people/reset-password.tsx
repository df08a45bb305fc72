import { Button, Stack, Text } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import { useState } from 'react';
import { sendCommand } from '../api/send-command.ts';
import { Dialog } from '../shell/dialog.tsx';
import { DialogEnd } from '../shell/dialog-end.tsx';
import { DeedError } from './deed-error.tsx';
import { isPassword, NewPassword } from './new-password.tsx';
import { useDeed } from './use-deed.ts';

interface Props {
  readonly user: string;
  readonly onClose: () => void;
}

/** A new password of somebody who has lost theirs. */
export function ResetPassword({ user, onClose }: Props) {
  return (
    <Dialog onClose={onClose} title={`A new password for ${user}`} size="sm">
      <ResetForm user={user} onDone={onClose} />
    </Dialog>
  );
}

function ResetForm({ user, onDone }: { readonly user: string; readonly onDone: () => void }) {
  const [password, setPassword] = useState('');
  const { run, isBusy, error } = useDeed(async () => {
    await sendCommand('account.change', { user, password });
    notifications.show({ message: `${user} has a new password` });
    onDone();
  });
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        void run();
      }}
    >
      <Stack gap="sm">
        <NewPassword label="New password" value={password} onChange={setPassword} isFirst />
        <Text size="xs" c="var(--text-quiet)">
          All sessions of {user} end. Tell it to {user} yourself: nobody else does.
        </Text>
        <DeedError error={error} />
        <DialogEnd onCancel={onDone}>
          <Button type="submit" loading={isBusy} disabled={!isPassword(password)}>
            set password
          </Button>
        </DialogEnd>
      </Stack>
    </form>
  );
}
