import { Button, Group, Loader, SegmentedControl, Text, TextInput } from '@mantine/core';
import { useInfiniteQuery } from '@tanstack/react-query';
import { useMemo, useState } from 'react';
import type { AuditEntry } from '../../../../protocol/accounts.ts';
import { shownText } from '../../../../protocol/shown-text.ts';
import { clockWords, dayWords } from '../words/moments.ts';
import { type AuditKind, auditWords, isOfKind, isRefusal } from './audit-words.ts';
import { DeedError } from './deed-error.tsx';
import classes from './people-area.module.css';
import { readAudit } from './read-audit.ts';

/** What happened to logins and accounts, the newest first. */
export function AuditPanel() {
  const [kind, setKind] = useState<AuditKind>('all');
  const [text, setText] = useState('');
  const { data, error, hasNextPage, fetchNextPage, isFetching } = useInfiniteQuery({
    queryKey: ['audit'],
    queryFn: ({ pageParam, signal }) => readAudit(pageParam, signal),
    initialPageParam: undefined as number | undefined,
    getNextPageParam: ({ olderThan }) => olderThan,
  });
  const entries = useMemo(() => data?.pages.flatMap((page) => page.entries) ?? [], [data]);
  const shown = entries.filter(
    (entry) => isOfKind(entry, kind) && auditWords(entry).toLowerCase().includes(text.toLowerCase()),
  );
  return (
    <div className={classes.inner}>
      <Group gap="sm" mb="xs">
        <SegmentedControl
          size="xs"
          aria-label="which entries"
          data={['all', 'logins', 'refusals', 'accounts']}
          value={kind}
          onChange={(to) => setKind(to as AuditKind)}
        />
        <TextInput
          size="xs"
          placeholder="filter by text"
          aria-label="filter by text"
          value={text}
          onChange={(event) => setText(event.currentTarget.value)}
        />
      </Group>
      <DeedError error={error ?? undefined} />
      <Days entries={shown} />
      {data !== undefined && shown.length === 0 && (
        <Text size="sm" c="var(--text-quiet)" py="sm">
          {hasNextPage ? 'None among those that were read so far.' : 'None.'}
        </Text>
      )}
      {data === undefined && error === null && <Loader size="sm" aria-label="reading the audit" />}
      {hasNextPage && (
        <Button mt="sm" size="xs" variant="default" loading={isFetching} onClick={() => void fetchNextPage()}>
          show more
        </Button>
      )}
    </div>
  );
}

function Days({ entries }: { readonly entries: readonly AuditEntry[] }) {
  const now = new Date();
  const days = Map.groupBy(entries, ({ at }) => dayWords(at, now));
  return [...days].map(([day, those]) => (
    <section key={day}>
      <h3 className={classes.day}>{day}</h3>
      <ul className={classes.list}>
        {those.map((entry) => (
          <li key={entry.seq} className={classes.entry}>
            <span className={classes.quiet}>{clockWords(entry.at)}</span>
            <span className={isRefusal(entry) ? classes.refused : undefined}>{shownText(auditWords(entry))}</span>
          </li>
        ))}
      </ul>
    </section>
  ));
}
