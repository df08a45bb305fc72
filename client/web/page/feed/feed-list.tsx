import { Button, Loader, Text } from '@mantine/core';
import { IconArrowUp } from '@tabler/icons-react';
import { useMemo } from 'react';
import type { FeedFilter } from '../address/feed-view.ts';
import { usePlace } from '../address/use-place.ts';
import { useTypesOfAll } from '../ledger/use-types.ts';
import { dayWords } from '../words/moments.ts';
import { count } from '../words/sentence.ts';
import { byDay } from './by-day.ts';
import { isFiltering, passes } from './feed-filter.ts';
import type { FeedItem } from './feed-item.ts';
import { FeedLine } from './feed-line.tsx';
import classes from './feed-list.module.css';
import type { FeedScope } from './feed-model.ts';
import { useFeedModel } from './use-feed-model.ts';
import { useReading } from './use-reading.ts';

interface Props {
  readonly scope: FeedScope;
  readonly filter: FeedFilter;
  /** Shows the lines of one person. */
  readonly onBy: (by: string) => void;
  readonly onTakeBack: ((item: FeedItem) => void) | undefined;
}

/** The lines, of which those are made that can be seen. */
export function FeedList({ scope, filter, onBy, onTakeBack }: Props) {
  const [, go] = usePlace();
  const [model, { items, waiting, older }] = useFeedModel(scope);
  const typesOf = useTypesOfAll();
  const { by, kind, text } = filter;
  const fitting = useMemo(() => {
    const sought = { by, kind, text };
    return isFiltering(sought) ? items.filter((item) => passes(item, sought, typesOf)) : items;
  }, [items, by, kind, text, typesOf]);
  const { list, events, linesMax, goUp, lookOn } = useReading({ model, older, lines: fitting.length });
  const now = new Date();
  return (
    <div className={classes.frame}>
      {waiting > 0 && (
        <Button
          className={classes.pill ?? ''}
          size="compact-xs"
          radius="xl"
          leftSection={<IconArrowUp size={13} />}
          onClick={goUp}
        >
          {count(waiting, 'new change')}
        </Button>
      )}
      <div ref={list} className={classes.list} {...events}>
        {byDay(fitting.slice(0, linesMax)).map((day) => (
          <section key={day.day} aria-label={dayWords(day.at, now)}>
            <h3 className={classes.day}>{dayWords(day.at, now)}</h3>
            <ol className={classes.lines}>
              {day.items.map((item) => (
                <FeedLine key={item.id} item={item} go={go} onBy={onBy} onTakeBack={onTakeBack} />
              ))}
            </ol>
          </section>
        ))}
        <div className={classes.end}>
          {older === 'reading' && <Loader size="xs" aria-label="reading older changes" />}
          {(older === 'unread' || older === 'failed') && (
            <Button size="compact-xs" variant="subtle" onClick={lookOn}>
              {older === 'failed' ? 'try again' : 'look further back'}
            </Button>
          )}
          {(older === 'none' || older === 'full') && (
            <Text size="xs" c="var(--text-quiet)">
              {endWords(older, fitting.length, isFiltering(filter))}
            </Text>
          )}
        </div>
      </div>
    </div>
  );
}

function endWords(older: 'none' | 'full', lines: number, isFiltered: boolean): string {
  if (older === 'full') return 'go to an earlier moment to see what was before';
  if (lines > 0) return 'this is where it began';
  return isFiltered ? 'nothing fits the filter' : 'nothing has happened yet';
}
