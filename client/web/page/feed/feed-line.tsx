import { ActionIcon, Tooltip } from '@mantine/core';
import { IconArrowBackUp, IconChevronDown, IconClock } from '@tabler/icons-react';
import { memo, useState } from 'react';
import { shownText } from '../../../../protocol/shown-text.ts';
import type { Place } from '../address/address.ts';
import { useTypes } from '../ledger/use-types.ts';
import { clockWords, wholeWords } from '../words/moments.ts';
import { spanWords } from '../words/points.ts';
import { count } from '../words/sentence.ts';
import { Words } from '../words/words.tsx';
import type { FeedItem } from './feed-item.ts';
import { sizeOf } from './feed-item.ts';
import classes from './feed-line.module.css';
import { GroupChanges } from './group-changes.tsx';
import { itemWords, kindOf, placeWords } from './item-words.ts';

interface Props {
  readonly item: FeedItem;
  readonly go: (to: Partial<Place>) => void;
  readonly onBy: (by: string) => void;
  /** Undefined for those who may not. */
  readonly onTakeBack: ((item: FeedItem) => void) | undefined;
}

/** The changes of one command: when, who, where, what and why. */
export const FeedLine = memo(({ item, go, onBy, onTakeBack }: Props) => {
  const [isOpen, setOpen] = useState(false);
  const { at, by, why, span, cursor, entries } = item;
  const typeOf = useTypes(entries[0]?.table);
  const size = sizeOf(item);
  const seq = spanWords(span);
  return (
    <li className={classes.line} data-kind={kindOf(item)}>
      <div className={classes.head}>
        <time dateTime={at} title={wholeWords(at)}>
          {clockWords(at)}
        </time>
        <button type="button" className={classes.by} onClick={() => onBy(by)} title={`only what ${by} did`}>
          {shownText(by, { widthMax: 24 })}
        </button>
        <span className={classes.seq}>{seq}</span>
        <span className={classes.deeds}>
          {onTakeBack !== undefined && (
            <Tooltip label="take back">
              <ActionIcon size={20} variant="subtle" onClick={() => onTakeBack(item)} aria-label={`take back ${seq}`}>
                <IconArrowBackUp size={14} />
              </ActionIcon>
            </Tooltip>
          )}
          <Tooltip label="see it then">
            <ActionIcon
              size={20}
              variant="subtle"
              onClick={() => go({ table: entries[0]?.table, at: cursor })}
              aria-label={`see the table as of ${seq}`}
            >
              <IconClock size={14} />
            </ActionIcon>
          </Tooltip>
        </span>
      </div>
      <button type="button" className={classes.what} onClick={() => go(placeOf(item))}>
        <span className={classes.place}>
          <Words sentence={placeWords(item)} />
        </span>
        <span className={classes.words}>
          <Words sentence={itemWords(item, typeOf)} />
        </span>
      </button>
      {why !== undefined && <p className={classes.why}>“{shownText(why)}”</p>}
      {size > 1 && (
        <button type="button" className={classes.more} aria-expanded={isOpen} onClick={() => setOpen(!isOpen)}>
          <IconChevronDown size={13} aria-hidden />
          {isOpen ? 'fold' : count(size, 'change')}
        </button>
      )}
      {isOpen && <GroupChanges item={item} go={go} />}
    </li>
  );
});

/** What a line leads to: its row, or its table. */
function placeOf({ entries }: FeedItem): Partial<Place> {
  const [first] = entries;
  if (first === undefined) return {};
  return { table: first.table, row: entries.length === 1 && 'key' in first ? first.key : undefined };
}
