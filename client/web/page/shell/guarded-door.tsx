import { Center, Modal, Stack, Text, Title } from '@mantine/core';
import { useLedger } from '../ledger/ledger-state.ts';
import { LoginForm } from './login-dialog.tsx';

/** Where only who has an account may read. */
export function GuardedDoor() {
  const door = useLedger((state) => state.door);
  const hasExpired = useLedger((state) => state.ended !== undefined);
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

/** The same in front of a page whose login has ended: what was begun there goes on behind the next one. */
export function GuardedScreen() {
  return (
    <Modal opened fullScreen withCloseButton={false} closeOnEscape={false} zIndex={300} onClose={() => undefined}>
      <GuardedDoor />
    </Modal>
  );
}
