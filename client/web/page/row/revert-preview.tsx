import { Text } from '@mantine/core';
import { shownText } from '../../../../protocol/shown-text.ts';
import { EntryWords } from '../words/entry-words.tsx';
import { count } from '../words/sentence.ts';
import classes from './revert-preview.module.css';
import type { Preview } from './use-revert.ts';

/** Changes that are shown; of the others it is said how many. */
const shownMax = 50;

/** What would be changed, cell by cell. */
export function RevertPreview({
  preview: { changed, changes = 0, entries = [], left = {} },
}: {
  readonly preview: Preview;
}) {
  if (!changed) return <Text size="sm">Nothing would change: it is so already.</Text>;
  const shown = entries.slice(0, shownMax);
  return (
    <section aria-label="what would change">
      <Text size="xs" fw={600} c="var(--text-quiet)" mb={4}>
        This would change, as a new change of its own:
      </Text>
      <ol className={classes.changes}>
        {shown.map((entry) => (
          <li key={entry.seq}>
            <b>
              {shownText(entry.table)} {'key' in entry && shownText(entry.key, { widthMax: 60 })}
            </b>{' '}
            <EntryWords entry={entry} />
          </li>
        ))}
      </ol>
      {changes > shown.length && <Text size="xs">and {count(changes - shown.length, 'more change')}</Text>}
      {left.kept !== undefined && (
        <Text size="xs">{count(left.kept, 'cell or row', 'cells or rows')} stay as they are now.</Text>
      )}
      {left.homeless !== undefined && (
        <Text size="xs">{count(left.homeless, 'cell')} cannot come back: the column is gone.</Text>
      )}
      {left.erased !== undefined && (
        <Text size="xs">{count(left.erased, 'sealed cell')} come back without a value: it was erased.</Text>
      )}
    </section>
  );
}
