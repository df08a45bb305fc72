import { Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import type { Entry } from '../../../../protocol/entry.ts';
import { shownText } from '../../../../protocol/shown-text.ts';
import type { Place } from '../address/address.ts';
import { pathOf, readAll } from '../api/lines.ts';
import { shownEntriesMax } from '../ledger/kept-group.ts';
import { EntryWords } from '../words/entry-words.tsx';
import { plainWords } from '../words/plain-words.ts';
import { count } from '../words/sentence.ts';
import { type FeedItem, sizeOf } from './feed-item.ts';
import classes from './group-changes.module.css';

interface Props {
  readonly item: FeedItem;
  readonly go: (to: Partial<Place>) => void;
}

/** The first changes of a command, each on a line of its own. */
export function GroupChanges({ item, go }: Props) {
  const { data: entries = [], error } = useQuery({
    queryKey: ['first changes', item.cursor, item.isCut],
    queryFn: ({ signal }) => readFirst(item, signal),
    ...(!item.isCut && { initialData: item.entries, staleTime: Number.POSITIVE_INFINITY }),
  });
  const left = sizeOf(item) - entries.length;
  return (
    <>
      <ol className={classes.changes}>
        {entries.map((entry) => (
          <li key={entry.seq}>
            <button
              type="button"
              className={classes.change}
              onClick={() => go({ table: entry.table, row: 'key' in entry ? entry.key : undefined })}
            >
              {'key' in entry && <b>{shownText(entry.key, { widthMax: 40 })} </b>}
              <EntryWords entry={entry} />
            </button>
          </li>
        ))}
      </ol>
      {error !== null && <Text size="xs">{plainWords(error)}</Text>}
      {left > 0 && entries.length > 0 && (
        <Text size="xs" c="var(--text-quiet)">
          and {count(left, 'more change')}
        </Text>
      )}
    </>
  );
}

/** Of a command that was passed over only the last changes are known. */
async function readFirst({ isCut, entries, span: [first, last] }: FeedItem, signal: AbortSignal) {
  if (!isCut) return entries;
  return await readAll<Entry>(pathOf('/api/log', { after: first - 1, as_of: last, limit: shownEntriesMax }), signal);
}
