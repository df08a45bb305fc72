import { useEffect } from 'react';
import { shownText } from '../../../../protocol/shown-text.ts';
import { wholeWords } from '../words/moments.ts';
import { pointWords } from '../words/points.ts';
import type { When } from './use-when.ts';

/** Has the title of the document say which table, and of when. */
export function useTitle(table: string | undefined, { at, ms }: When): void {
  const when = at === undefined ? '' : ` as of ${ms === undefined ? pointWords(at) : wholeWords(ms)}`;
  const title = table === undefined ? 'Rowcast' : `${table}${when} — Rowcast`;
  useEffect(() => {
    document.title = shownText(title);
  }, [title]);
}
