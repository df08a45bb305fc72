import { Center, Stack, Text, Title } from '@mantine/core';
import { useLedger } from '../ledger/ledger-state.ts';
import { LoginForm } from './login-dialog.tsx';

/** Where only who has an account may read. */
export function GuardedDoor() {
  const door = useLedger((state) => state.door);
  const hasExpired = useLedger((state) => state.hasExpired);
  return (
    <Center h="100%" p="md">
      <Stack w={340} gap="sm">
        <Title order={1} size="h2">
          Rowcast
        </Title>
        {door === 'public' ? (
          <Text>Only who has an account may read this ledger, and nobody can log in here.</Text>
        ) : (
          <>
            <Text>{hasExpired && 'Your login has ended. '}Only who has an account may read this ledger.</Text>
            <LoginForm />
          </>
        )}
      </Stack>
    </Center>
  );
}
