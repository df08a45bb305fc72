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
      {login?.user} may read. Tables are made by administrators: log in as one, or ask one. The terminal in which
      Rowcast was started for the first time shows the password of <Code>admin</Code>.
    </Text>
  );
}
