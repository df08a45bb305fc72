import { Alert, Button, Group } from '@mantine/core';
import { useLedger } from '../ledger/ledger-state.ts';
import { askLogin } from './login-request.ts';

/** In a dialog whose login has ended while it was open. */
export function LoginEnded() {
  const hasEnded = useLedger(({ ended }) => ended !== undefined);
  if (!hasEnded) return null;
  return (
    <Alert color="orange" role="alert" p="xs" mb="sm">
      <Group justify="space-between" gap="xs">
        Your login has ended. What is written here stays: log in again, and go on.
        <Button size="compact-sm" onClick={() => askLogin()}>
          log in
        </Button>
      </Group>
    </Alert>
  );
}
