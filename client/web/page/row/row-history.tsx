import { Button, Loader, Text } from '@mantine/core';
import { useEffect, useMemo, useRef } from 'react';
import { typesIn } from '../words/column-types.ts';
import { HistoryLine } from './history-line.tsx';
import { HistoryStretch } from './history-stretch.tsx';
import { versionsOf } from './lives.ts';
import type { Takeback } from './revert-dialog.tsx';
import classes from './row-history.module.css';
import type { RowState } from './row-state.ts';
import { stretchesOf } from './stretches.ts';

interface Props {
  readonly state: RowState;
  readonly onMore: () => void;
  /** Undefined for those who may not. */
  readonly onTakeBack: ((takeback: Takeback) => void) | undefined;
}

/**
 * Every change of a row over all of its lives, the newest first. Older ones are read as one comes to them, and only those
 * near to what is seen are drawn.
 */
export function RowHistory({ state: { history, older, newAfter, definition }, onMore, onTakeBack }: Props) {
  const stretches = useMemo(() => stretchesOf(versionsOf(history)), [history]);
  const typeOf = useMemo(() => typesIn(definition), [definition]);
  const end = useRef<HTMLDivElement>(null);
  useEffect(() => {
    if (end.current === null || older !== 'unread') return;
    const watch = new IntersectionObserver((entries) => entries.at(-1)?.isIntersecting === true && onMore(), {
      root: end.current.closest('[role="tabpanel"]'),
      rootMargin: '600px 0px',
    });
    watch.observe(end.current);
    return () => watch.disconnect();
  }, [older, onMore]);
  return (
    <>
      {stretches.map((versions, index) => (
        <HistoryStretch key={versions.at(-1)?.entry.seq} versions={versions} isFirst={index === 0}>
          {(version) => (
            <HistoryLine
              key={version.entry.seq}
              version={version}
              isNow={version.entry === history[0]}
              isNew={version.entry.seq > newAfter}
              typeOf={typeOf}
              onTakeBack={onTakeBack}
            />
          )}
        </HistoryStretch>
      ))}
      <div ref={end} className={classes.end}>
        {older === 'reading' && <Loader size="xs" aria-label="reading earlier changes" />}
        {(older === 'unread' || older === 'failed') && (
          <Button size="compact-xs" variant="subtle" onClick={onMore}>
            earlier changes
          </Button>
        )}
        {older === 'none' && (
          <Text size="xs" c="var(--text-quiet)">
            this is where it began
          </Text>
        )}
      </div>
    </>
  );
}
