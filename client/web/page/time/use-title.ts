import { useEffect } from 'react';
import { shownText } from '../../../../protocol/shown-text.ts';
import type { When } from './use-when.ts';
import { whenText } from './words.ts';

/** Has the title of the document say which table, and of when. */
export function useTitle(table: string | undefined, { at, seq, ms }: When): void {
  const when = at === undefined ? '' : ` as of ${ms === undefined ? `seq ${seq ?? at}` : whenText(ms)}`;
  const title = table === undefined ? 'Rowcast' : `${table}${when} — Rowcast`;
  useEffect(() => {
    document.title = shownText(title);
  }, [title]);
}
