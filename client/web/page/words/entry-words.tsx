import type { Entry } from '../../../../protocol/entry.ts';
import { useTypes } from '../ledger/use-types.ts';
import { changeWords } from './change-words.ts';
import { Words } from './words.tsx';

/** What a change did. */
export function EntryWords({ entry }: { readonly entry: Entry }) {
  const typeOf = useTypes(entry.table);
  return <Words sentence={changeWords(entry, typeOf)} />;
}
