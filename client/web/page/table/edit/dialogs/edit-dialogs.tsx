import { useStore } from 'zustand';
import type { TableDefinition } from '../../../../../../protocol/table.ts';
import type { EditDialogStore } from '../edit-dialog.ts';
import { ConflictDialog } from './conflict-dialog.tsx';
import { DeleteDialog } from './delete-dialog.tsx';
import { EraseDialog } from './erase-dialog.tsx';
import { PasteDialog } from './paste-dialog.tsx';
import { RowForm } from './row-form.tsx';
import { SetDialog } from './set-dialog.tsx';

interface Props {
  readonly definition: TableDefinition;
  readonly dialog: EditDialogStore;
}

/** Whatever is asked of the person who edits. */
export function EditDialogs({ definition, dialog }: Props) {
  return (
    <>
      <OpenDialog definition={definition} dialog={dialog} />
      <ConflictDialog />
    </>
  );
}

function OpenDialog({ definition, dialog }: Props) {
  const open = useStore(dialog, (state) => state.open);
  const onClose = (): void => dialog.setState({ open: undefined });
  switch (open?.kind) {
    case undefined:
      return null;
    case 'insert':
      return <RowForm definition={definition} row={undefined} onClose={onClose} />;
    case 'edit':
      return <RowForm definition={definition} row={open.row} onClose={onClose} />;
    case 'delete':
      return <DeleteDialog table={definition.name} rows={open.rows} onClose={onClose} />;
    case 'erase':
      return <EraseDialog definition={definition} row={open.row} onClose={onClose} />;
    case 'set':
      return <SetDialog definition={definition} rows={open.rows} onClose={onClose} />;
    case 'paste':
      return <PasteDialog plan={open.plan} onClose={onClose} />;
    default:
      return open satisfies never;
  }
}
