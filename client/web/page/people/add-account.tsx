import { Button, SegmentedControl, Stack, Text, TextInput } from '@mantine/core';
import { useState } from 'react';
import { type AccountRole, roles, userSchema } from '../../../../protocol/accounts.ts';
import { queries } from '../api/queries.ts';
import { sendCommand } from '../api/send-command.ts';
import { Dialog } from '../shell/dialog.tsx';
import { DialogEnd } from '../shell/dialog-end.tsx';
import { DeedError } from './deed-error.tsx';
import { isPassword, NewPassword } from './new-password.tsx';
import { useDeed } from './use-deed.ts';

interface Props {
  readonly onClose: () => void;
}

/** Makes an account. */
export function AddAccount({ onClose }: Props) {
  return (
    <Dialog onClose={onClose} title="A new account" size="sm">
      <AccountForm onDone={onClose} />
    </Dialog>
  );
}

function AccountForm({ onDone }: { readonly onDone: () => void }) {
  const [user, setUser] = useState('');
  const [role, setRole] = useState<AccountRole>('viewer');
  const [password, setPassword] = useState('');
  const { run, isBusy, error } = useDeed(async () => {
    await sendCommand('account.add', { user, role, password });
    onDone();
    await queries.invalidateQueries({ queryKey: ['accounts'] });
  });
  const problem = userSchema.safeParse(user).error?.issues[0]?.message;
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        void run();
      }}
    >
      <Stack gap="sm">
        <TextInput
          label="Name"
          value={user}
          onChange={(event) => setUser(event.currentTarget.value)}
          error={user === '' ? undefined : problem}
          autoComplete="off"
          autoCapitalize="none"
          required
          data-autofocus
        />
        <div>
          <Text size="sm" fw={500} mb={4}>
            Role
          </Text>
          <SegmentedControl
            fullWidth
            aria-label="role"
            data={[...roles]}
            value={role}
            onChange={(to) => setRole(to as AccountRole)}
          />
        </div>
        <NewPassword label="Password" value={password} onChange={setPassword} />
        <DeedError error={error} />
        <DialogEnd onCancel={onDone}>
          <Button type="submit" loading={isBusy} disabled={problem !== undefined || !isPassword(password)}>
            add account
          </Button>
        </DialogEnd>
      </Stack>
    </form>
  );
}
