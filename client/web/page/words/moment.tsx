import { momentWords, wholeWords } from './moments.ts';

/** A moment in a few words, and the whole of it for whoever points at it. */
export function Moment({ at }: { readonly at: string }) {
  return (
    <time dateTime={at} title={wholeWords(at)}>
      {momentWords(at, new Date())}
    </time>
  );
}
