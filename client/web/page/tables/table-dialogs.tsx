import { lazy, Suspense } from 'react';
import { closeDialog, useDialog } from './dialogs.ts';
import { FileDrop } from './file-drop.tsx';

// Asked for when they are opened: most who come only look.
const CreateTable = lazy(async () => ({ default: (await import('./create-table.tsx')).CreateTable }));
const AlterTable = lazy(async () => ({ default: (await import('./alter-table.tsx')).AlterTable }));
const DropTable = lazy(async () => ({ default: (await import('./drop-table.tsx')).DropTable }));
const ImportDialog = lazy(async () => ({ default: (await import('./import/import-dialog.tsx')).ImportDialog }));

/** Whatever of a table's dialogs is open, and the page as a place to drop files. */
export function TableDialogs() {
  return (
    <>
      <FileDrop />
      <Suspense fallback={null}>
        <OpenDialog />
      </Suspense>
    </>
  );
}

function OpenDialog() {
  const dialog = useDialog((state) => state.dialog);
  if (dialog === undefined) return null;
  switch (dialog.kind) {
    case 'create':
      return <CreateTable />;
    case 'alter':
      return <AlterTable table={dialog.table} />;
    case 'drop':
      return <DropTable table={dialog.table} />;
    case 'import':
      return <ImportDialog file={dialog.file} table={dialog.table} />;
    default:
      dialog satisfies never;
      closeDialog();
      return null;
  }
}
