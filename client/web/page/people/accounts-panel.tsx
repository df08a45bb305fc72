import { Button, Group, Loader, Table, Text } from '@mantine/core';
import { IconPlus } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { request } from '../api/request.ts';
import { AccountRow } from './account-row.tsx';
import { DeedError } from './deed-error.tsx';
import { addAccount } from './dialogs.ts';
import classes from './people-area.module.css';

/** Every account, and what an administrator may do with each. */
export function AccountsPanel() {
  const { data, error, refetch } = useQuery({
    queryKey: ['accounts'],
    queryFn: async ({ signal }) => (await request('account.list', {}, { signal })).accounts,
  });
  return (
    <div className={classes.inner}>
      <Group justify="space-between" mb="sm">
        <Text size="sm" c="var(--text-quiet)">
          A viewer reads; an administrator changes too.
        </Text>
        <Button size="xs" leftSection={<IconPlus size={14} />} onClick={addAccount}>
          account
        </Button>
      </Group>
      <DeedError error={error ?? undefined} />
      {data === undefined ? (
        error === null && <Loader size="sm" aria-label="reading the accounts" />
      ) : (
        <Table.ScrollContainer minWidth={340}>
          <Table aria-label="accounts">
            <Table.Thead>
              <Table.Tr>
                <Table.Th>name</Table.Th>
                <Table.Th>role</Table.Th>
                <Table.Th visibleFrom="xs">since</Table.Th>
                <Table.Th aria-label="actions" />
              </Table.Tr>
            </Table.Thead>
            <Table.Tbody>
              {data.map((account) => (
                <AccountRow key={account.user} account={account} onChanged={() => void refetch()} />
              ))}
            </Table.Tbody>
          </Table>
        </Table.ScrollContainer>
      )}
    </div>
  );
}
