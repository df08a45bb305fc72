import { createStore, type StoreApi } from 'zustand/vanilla';
import type { CurrentRow } from '../../../../../protocol/errors.ts';
import type { PastePlan } from './paste-plan.ts';

/** What is asked of the person before something is changed. */
type EditDialog =
  | { readonly kind: 'insert' }
  | { readonly kind: 'edit'; readonly row: CurrentRow }
  | { readonly kind: 'delete'; readonly rows: readonly CurrentRow[] }
  | { readonly kind: 'set'; readonly rows: readonly CurrentRow[] }
  | { readonly kind: 'erase'; readonly row: CurrentRow }
  | { readonly kind: 'paste'; readonly plan: PastePlan };

export type EditDialogStore = StoreApi<{ readonly open: EditDialog | undefined }>;

export function createEditDialog(): EditDialogStore {
  return createStore<{ readonly open: EditDialog | undefined }>(() => ({ open: undefined }));
}
