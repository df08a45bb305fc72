import { Badge, Button, Loader, Table, Text } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import { useQuery } from '@tanstack/react-query';
import type { SessionSummary } from '../../../../protocol/replies.ts';
import { request } from '../api/request.ts';
import { ledger } from '../ledger/ledger.ts';
import { useLedger } from '../ledger/ledger-state.ts';
import { momentWords } from '../words/moments.ts';
import { plainWords } from '../words/plain-words.ts';
import { DeedError } from './deed-error.tsx';
import classes from './people-area.module.css';

/** Who is logged in: oneself, and for administrators everybody. */
export function SessionsPanel() {
  const isAdministrator = useLedger((state) => state.login?.role === 'administrator');
  const { data, error, refetch } = useQuery({
    queryKey: ['sessions'],
    queryFn: async ({ signal }) => (await request('session.list', {}, { signal })).sessions,
  });
  return (
    <div className={classes.inner}>
      <Text size="sm" c="var(--text-quiet)" mb="sm">
        {isAdministrator
          ? 'Everybody who is logged in, in a browser, a terminal or a program.'
          : 'Where you are logged in.'}
      </Text>
      <DeedError error={error ?? undefined} />
      {data === undefined ? (
        error === null && <Loader size="sm" aria-label="reading the sessions" />
      ) : (
        <Table aria-label="sessions">
          <Table.Thead>
            <Table.Tr>
              <Table.Th>name</Table.Th>
              <Table.Th>last used</Table.Th>
              <Table.Th visibleFrom="sm">begun</Table.Th>
              <Table.Th visibleFrom="sm">ends by</Table.Th>
              <Table.Th aria-label="actions" />
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {data.map((session) => (
              <SessionRow key={session.session} session={session} onEnded={() => void refetch()} />
            ))}
          </Table.Tbody>
        </Table>
      )}
    </div>
  );
}

function SessionRow({ session, onEnded }: { readonly session: SessionSummary; readonly onEnded: () => void }) {
  const { user, created, used, expires, own } = session;
  const now = new Date();
  const end = async (): Promise<void> => {
    try {
      if (own) return await ledger.logout();
      await request('session.revoke', { session: session.session });
      onEnded();
    } catch (error) {
      notifications.show({ color: 'red', message: plainWords(error) });
    }
  };
  return (
    <Table.Tr className={classes.row}>
      <Table.Td>
        {user}{' '}
        {own && (
          <Badge variant="light" tt="none">
            this one
          </Badge>
        )}
      </Table.Td>
      <Table.Td className={classes.quiet}>{momentWords(used, now)}</Table.Td>
      <Table.Td visibleFrom="sm" className={classes.quiet}>
        {momentWords(created, now)}
      </Table.Td>
      <Table.Td visibleFrom="sm" className={classes.quiet}>
        {momentWords(expires, now)}
      </Table.Td>
      <Table.Td align="right">
        <Button
          size="compact-xs"
          variant="default"
          aria-label={own ? 'log out' : `end the session of ${user}`}
          onClick={() => void end()}
        >
          {own ? 'log out' : 'end'}
        </Button>
      </Table.Td>
    </Table.Tr>
  );
}
