import { create } from 'zustand';

/** What is open in front of the page, of what has to do with accounts. It stays when a login ends. */
type Dialog =
  | { readonly kind: 'add' | 'own password' }
  | { readonly kind: 'password' | 'remove'; readonly user: string };

export const useDialog = create<{ readonly dialog: Dialog | undefined }>(() => ({ dialog: undefined }));

export function closeDialog(): void {
  useDialog.setState({ dialog: undefined });
}

export function addAccount(): void {
  useDialog.setState({ dialog: { kind: 'add' } });
}

export function changePassword(): void {
  useDialog.setState({ dialog: { kind: 'own password' } });
}

export function resetPassword(user: string): void {
  useDialog.setState({ dialog: { kind: 'password', user } });
}

export function removeAccount(user: string): void {
  useDialog.setState({ dialog: { kind: 'remove', user } });
}
