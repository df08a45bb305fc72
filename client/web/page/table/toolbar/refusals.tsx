import { Button } from '@mantine/core';
import { IconAlertTriangle } from '@tabler/icons-react';
import { useStore } from 'zustand';
import { shownText } from '../../../../../protocol/shown-text.ts';
import { amount } from '../../words/sentence.ts';
import type { PendingCells } from '../edit/pending-cells.ts';
import type { GridFeed } from '../grid/grid-feed.ts';
import classes from './toolbar.module.css';

/** Refusals that are listed; the others stand at their cells. */
const listedMax = 4;

interface Props {
  readonly pending: PendingCells;
  readonly feed: GridFeed;
}

/** Cells that the server has refused, why, and what can be done: what was typed is still there. */
export function Refusals({ pending, feed }: Props) {
  const list = useStore(pending.refusals, (state) => state.list);
  if (list.length === 0) return null;
  const mend = (key: string, column: string): void => {
    const index = feed.api?.getRowNode(key)?.rowIndex ?? null;
    if (feed.api === undefined || index === null) return;
    feed.api.ensureIndexVisible(index);
    feed.api.startEditingCell({ rowIndex: index, colKey: column });
  };
  return (
    <div className={classes.refusals} role="alert">
      <ul>
        {list.slice(0, listedMax).map(({ key, column, message }) => (
          <li key={`${key} ${column}`}>
            <IconAlertTriangle size={15} />
            <span>
              <b>{shownText(key)}</b> {shownText(message)}
            </span>
            <Button size="compact-xs" variant="subtle" onClick={() => mend(key, column)}>
              edit again
            </Button>
            <Button size="compact-xs" variant="subtle" onClick={() => pending.giveUp(key, column)}>
              give it up
            </Button>
          </li>
        ))}
        {list.length > listedMax && <li>and {amount(list.length - listedMax)} more</li>}
      </ul>
    </div>
  );
}
