import { Button, Stack, Text } from '@mantine/core';
import { useLedger } from '../ledger/ledger-state.ts';
import { askLogin } from './login-request.ts';

/** For who came by an address of the people without being logged in. */
export function NeedsLogin() {
  const door = useLedger((state) => state.door);
  return (
    <Stack p="md" align="flex-start" gap="sm">
      <Text size="sm">
        {door === 'public' ? 'This door is for reading tables only.' : 'Log in to see who may do what.'}
      </Text>
      {door === 'private' && <Button onClick={() => askLogin()}>log in</Button>}
    </Stack>
  );
}
