import { Alert, Button, Modal, PasswordInput, Stack, TextInput } from '@mantine/core';
import { type FormEvent, useState } from 'react';
import { ledger } from '../ledger/ledger.ts';

interface Props {
  readonly isOpen: boolean;
  readonly onClose: () => void;
}

/** Asks for a name and a password. */
export function LoginDialog({ isOpen, onClose }: Props) {
  const [user, setUser] = useState('');
  const [password, setPassword] = useState('');
  const [problem, setProblem] = useState<string>();
  const [isBusy, setBusy] = useState(false);
  const submit = async (event: FormEvent): Promise<void> => {
    event.preventDefault();
    setBusy(true);
    setProblem(undefined);
    try {
      await ledger.login(user, password);
      onClose();
    } catch (error) {
      setProblem(error instanceof Error ? error.message : String(error));
    } finally {
      setBusy(false);
      setPassword('');
    }
  };
  return (
    <Modal opened={isOpen} onClose={onClose} title="Log in" size="xs">
      <form onSubmit={(event) => void submit(event)}>
        <Stack gap="sm">
          <TextInput
            label="Name"
            value={user}
            onChange={(event) => setUser(event.currentTarget.value)}
            autoComplete="username"
            required
            data-autofocus
          />
          <PasswordInput
            label="Password"
            value={password}
            onChange={(event) => setPassword(event.currentTarget.value)}
            autoComplete="current-password"
            required
          />
          {problem !== undefined && <Alert color="red">{problem}</Alert>}
          <Button type="submit" loading={isBusy}>
            Log in
          </Button>
        </Stack>
      </form>
    </Modal>
  );
}
