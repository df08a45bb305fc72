import { Button, PasswordInput, Stack, Text } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import { useState } from 'react';
import { sendCommand } from '../api/send-command.ts';
import { Dialog } from '../shell/dialog.tsx';
import { DialogEnd } from '../shell/dialog-end.tsx';
import { count } from '../words/sentence.ts';
import { DeedError } from './deed-error.tsx';
import { isPassword, NewPassword } from './new-password.tsx';
import { useDeed } from './use-deed.ts';

interface Props {
  readonly onClose: () => void;
}

/** A new password of one's own. */
export function PasswordDialog({ onClose }: Props) {
  return (
    <Dialog onClose={onClose} title="Change your password" size="sm">
      <PasswordForm onDone={onClose} />
    </Dialog>
  );
}

function PasswordForm({ onDone }: { readonly onDone: () => void }) {
  const [old, setOld] = useState('');
  const [fresh, setFresh] = useState('');
  const { run, isBusy, error } = useDeed(async () => {
    const {
      reply: { ended },
    } = await sendCommand('account.password', { old, new: fresh });
    const others = ended === 0 ? '' : ` ${count(ended, 'other session has', 'other sessions have')} ended.`;
    notifications.show({ message: `Your password is changed.${others}` });
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
        <PasswordInput
          label="Your password as it is"
          value={old}
          onChange={(event) => setOld(event.currentTarget.value)}
          autoComplete="current-password"
          required
          data-autofocus
        />
        <NewPassword label="The new one" value={fresh} onChange={setFresh} />
        <DeedError error={error} />
        <Text size="xs" c="var(--text-quiet)">
          Your other sessions end.
        </Text>
        <DialogEnd onCancel={onDone}>
          <Button type="submit" loading={isBusy} disabled={!isPassword(fresh)}>
            change password
          </Button>
        </DialogEnd>
      </Stack>
    </form>
  );
}
