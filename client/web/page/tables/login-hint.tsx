import { Code, Text } from '@mantine/core';
import { useLedger } from '../ledger/ledger-state.ts';

/** For who may not change anything: how tables come to be. */
export function LoginHint() {
  const door = useLedger((state) => state.door);
  const login = useLedger((state) => state.login);
  if (door === 'public') {
    return (
      <Text size="sm">Tables appear here as soon as an administrator makes one. There is nothing to do but wait.</Text>
    );
  }
  return (
    <Text size="sm">
      {login?.user} may read. Tables are made by an administrator: log in as one, with the password that the first start
      of the ledger printed, or ask one. In a terminal: <Code>npx rowcast login</Code>
    </Text>
  );
}
