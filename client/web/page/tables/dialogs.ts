import { create } from 'zustand';
import { asAdministrator } from '../people/login-request.ts';

/** What is open in front of the page, of what has to do with tables. */
type Dialog =
  | { readonly kind: 'create' }
  | { readonly kind: 'alter' | 'drop'; readonly table: string }
  | { readonly kind: 'import'; readonly file: File; readonly table: string | undefined };

export const useDialog = create<{ readonly dialog: Dialog | undefined }>(() => ({ dialog: undefined }));

export function closeDialog(): void {
  useDialog.setState({ dialog: undefined });
}

export function createTable(): void {
  asAdministrator('to make a table', () => useDialog.setState({ dialog: { kind: 'create' } }));
}

export function alterTable(table: string): void {
  asAdministrator('to change a table', () => useDialog.setState({ dialog: { kind: 'alter', table } }));
}

export function dropTable(table: string): void {
  asAdministrator('to drop a table', () => useDialog.setState({ dialog: { kind: 'drop', table } }));
}

/** @param table into which; a new one, or that of the file's name, when left out */
export function importFile(file: File, table?: string): void {
  asAdministrator('to import a file', () => useDialog.setState({ dialog: { kind: 'import', file, table } }));
}
