import { useStore } from 'zustand';
import type { TableDefinition } from '../../../../../../protocol/table.ts';
import type { TableSession } from '../table-session.ts';
import { DeleteDialog } from './delete-dialog.tsx';
import { EraseDialog } from './erase-dialog.tsx';
import { PasteDialog } from './paste-dialog.tsx';
import { RowForm } from './row-form.tsx';
import { SetDialog } from './set-dialog.tsx';

interface Props {
  readonly definition: TableDefinition;
  readonly session: TableSession;
}

/** Whatever is asked of the person before something is changed. */
export function EditDialogs({ definition, session: { dialog, feed } }: Props) {
  const open = useStore(dialog, (state) => state.open);
  const onMade = (key: string): void => feed.reveal(key);
  const onClose = (): void => dialog.setState({ open: undefined });
  switch (open?.kind) {
    case undefined:
      return null;
    case 'insert':
      return <RowForm definition={definition} row={undefined} onMade={onMade} onClose={onClose} />;
    case 'edit':
      return <RowForm definition={definition} row={open.row} onMade={onMade} onClose={onClose} />;
    case 'delete':
      return <DeleteDialog table={definition.name} rows={open.rows} onClose={onClose} />;
    case 'erase':
      return <EraseDialog definition={definition} row={open.row} onClose={onClose} />;
    case 'set':
      return <SetDialog definition={definition} rows={open.rows} onClose={onClose} />;
    case 'paste':
      return <PasteDialog definition={definition} plan={open.plan} onClose={onClose} />;
    default:
      return open satisfies never;
  }
}
