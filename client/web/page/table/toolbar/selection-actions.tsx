import { Button } from '@mantine/core';
import { IconTableColumn, IconTrash, IconX } from '@tabler/icons-react';
import type { EditDialogStore } from '../edit/edit-dialog.ts';
import type { GridFeed } from '../grid/grid-feed.ts';
import classes from './toolbar.module.css';

interface Props {
  readonly feed: GridFeed;
  /** Undefined where nothing can be edited. */
  readonly dialog: EditDialogStore | undefined;
}

/** What can be done with the selected rows. It stands below the grid, which does not move for it. */
export function SelectionActions({ feed, dialog }: Props) {
  const open = (kind: 'set' | 'delete'): void =>
    dialog?.setState({ open: { kind, rows: feed.api?.getSelectedRows() ?? [] } });
  const common = { size: 'compact-xs', variant: 'subtle' } as const;
  return (
    <>
      {dialog !== undefined && (
        <>
          <Button {...common} leftSection={<IconTableColumn size={14} />} onClick={() => open('set')}>
            set a cell
          </Button>
          <Button
            {...common}
            className={classes.danger}
            leftSection={<IconTrash size={14} />}
            onClick={() => open('delete')}
          >
            delete
          </Button>
        </>
      )}
      <Button {...common} leftSection={<IconX size={14} />} onClick={() => feed.api?.deselectAll()}>
        select none
      </Button>
    </>
  );
}
