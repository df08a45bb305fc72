import { AddAccount } from './add-account.tsx';
import { closeDialog, useDialog } from './dialogs.ts';
import { PasswordDialog } from './password-dialog.tsx';
import { RemoveAccount } from './remove-account.tsx';
import { ResetPassword } from './reset-password.tsx';

/** Whatever of the accounts' dialogs is open. */
export function PeopleDialogs() {
  const dialog = useDialog((state) => state.dialog);
  switch (dialog?.kind) {
    case undefined:
      return null;
    case 'add':
      return <AddAccount onClose={closeDialog} />;
    case 'own password':
      return <PasswordDialog onClose={closeDialog} />;
    case 'password':
      return <ResetPassword user={dialog.user} onClose={closeDialog} />;
    case 'remove':
      return <RemoveAccount user={dialog.user} onClose={closeDialog} />;
    default:
      return dialog satisfies never;
  }
}
