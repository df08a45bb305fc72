import { Button } from '@mantine/core';
import { IconTableColumn, IconTrash, IconX } from '@tabler/icons-react';
import { useStore } from 'zustand';
import type { EditDialogStore } from '../edit/edit-dialog.ts';
import type { GridFeed } from '../grid/grid-feed.ts';

interface Props {
  readonly feed: GridFeed;
  readonly dialog: EditDialogStore;
}

/** What can be done with the selected rows. */
export function SelectionActions({ feed, dialog }: Props) {
  const selected = useStore(feed.status, (status) => status.selected);
  if (selected === 0) return null;
  const open = (kind: 'set' | 'delete'): void => {
    const rows = feed.api?.getSelectedRows() ?? [];
    dialog.setState({ open: { kind, rows } });
  };
  const common = { size: 'compact-sm', variant: 'light' } as const;
  return (
    <>
      <Button {...common} leftSection={<IconTableColumn size={15} />} onClick={() => open('set')}>
        set a cell
      </Button>
      <Button {...common} color="red" leftSection={<IconTrash size={15} />} onClick={() => open('delete')}>
        delete {selected.toLocaleString()}
      </Button>
      <Button
        size="compact-sm"
        variant="subtle"
        leftSection={<IconX size={15} />}
        onClick={() => feed.api?.deselectAll()}
      >
        none
      </Button>
    </>
  );
}
