import { Button } from '@mantine/core';
import { useStore } from 'zustand';
import { shownText } from '../../../../../protocol/shown-text.ts';
import { usePlace } from '../../address/use-place.ts';
import { amount } from '../../words/sentence.ts';
import type { EditDialogStore } from '../edit/edit-dialog.ts';
import { useOwnNote } from '../edit/own-note.ts';
import type { GridFeed } from '../grid/grid-feed.ts';
import type { GridStatus } from '../grid/grid-status.ts';
import { OwnNote } from './own-note.tsx';
import { SelectionActions } from './selection-actions.tsx';
import classes from './toolbar.module.css';

interface Props {
  readonly feed: GridFeed;
  /** Undefined where nothing can be edited. */
  readonly dialog: EditDialogStore | undefined;
}

/** How many rows there are and are shown, and whether they stand where they should. */
export function StatusLine({ feed, dialog }: Props) {
  const { total, shown, selected, stale, isFiltered, isSorted, hidden } = useStore(feed.status);
  const staleText = textOf(stale);
  const isSaying = useOwnNote(({ note }) => note !== undefined);
  const isQuiet = total > 0 && selected === 0 && !isFiltered && staleText === '' && !isSaying;
  return (
    <div className={classes.status}>
      <span>
        {shown !== total && (
          <>
            <b className={classes.strong}>{amount(shown)}</b> of{' '}
          </>
        )}
        <b className={classes.strong}>{amount(total)}</b> {total === 1 ? 'row' : 'rows'}
      </span>
      {selected > 0 && (
        <span>
          <b className={classes.strong}>{amount(selected)}</b> selected
        </span>
      )}
      {selected > 0 && <SelectionActions feed={feed} dialog={dialog} />}
      {hidden !== undefined && <Hidden feed={feed} row={hidden} />}
      {isFiltered && (
        <Button size="compact-xs" variant="subtle" onClick={() => feed.api?.setFilterModel(null)}>
          clear filters
        </Button>
      )}
      {staleText !== '' && (
        <span className={classes.stale}>
          <span className={classes.staleText}>{staleText}</span>
          <Button size="compact-xs" variant="light" onClick={() => feed.settle()}>
            {isSorted ? 're-sort' : 'filter again'}
          </Button>
        </span>
      )}
      {isQuiet && <span className={classes.hint}>{hintOf(dialog !== undefined)}</span>}
      {dialog !== undefined && <OwnNote />}
    </div>
  );
}

/** That the open row is not to be seen, and how it is. */
function Hidden({ feed, row }: { readonly feed: GridFeed; readonly row: string }) {
  const [, go] = usePlace();
  const show = (): void => {
    feed.api?.setFilterModel(null);
    feed.find('');
    feed.open(row);
    go({ search: undefined, where: [] }, { replace: true });
  };
  return (
    <span>
      <b className={classes.strong}>{shownText(row, { widthMax: 24 })}</b> is hidden
      <Button size="compact-xs" variant="subtle" onClick={show}>
        show it
      </Button>
    </span>
  );
}

/** What nobody sees from the rows alone. */
function hintOf(canEdit: boolean): string {
  const past = 'click a key for the past of its row';
  return canEdit ? `type in a cell to change it, ${past}` : past;
}

function textOf({ changed, entered, left }: GridStatus['stale']): string {
  const parts = [
    changed > 0 && `${amount(changed)} changed`,
    entered > 0 && `${amount(entered)} new`,
    left > 0 && `${amount(left)} gone`,
  ].filter(Boolean);
  return parts.length === 0 ? '' : `rows keep their places: ${parts.join(', ')}`;
}
