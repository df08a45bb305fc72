import { Center, Stack, Text, Title } from '@mantine/core';
import { useLedger } from '../ledger/ledger-state.ts';

/** When no table is chosen. */
export function NoTable() {
  const tables = useLedger((state) => state.tables);
  return (
    <Center flex={1} p="md">
      <Stack maw={420} gap="xs" align="center">
        <Title order={2} size="h3">
          {tables.length === 0 ? 'There is no table yet' : 'Choose a table'}
        </Title>
        <Text c="var(--text-quiet)" ta="center">
          Everyone who looks at it sees every change the moment it is made, and everything that it ever was.
        </Text>
      </Stack>
    </Center>
  );
}
