import { Text } from '@mantine/core';
import { isRowEntry } from '../../../../protocol/entry.ts';
import type { Group } from '../api/feed.ts';
import classes from './feed-line.module.css';

/** The changes of one command. */
export function FeedLine({ group: { at, by, why, entries } }: { readonly group: Group }) {
  const [first] = entries;
  if (first === undefined) return null;
  return (
    <article className={classes.line}>
      <Text size="xs" c="var(--text-quiet)">
        {new Date(at).toLocaleTimeString()} <b>{by}</b>
      </Text>
      <Text size="sm">
        {first.op} {first.table} {isRowEntry(first) ? first.key : ''}
        {entries.length > 1 && ` and ${entries.length - 1} more`}
      </Text>
      {why !== undefined && (
        <Text size="xs" fs="italic">
          {why}
        </Text>
      )}
    </article>
  );
}
