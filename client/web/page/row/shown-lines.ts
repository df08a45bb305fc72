import { shownText } from '../../../../protocol/shown-text.ts';

/** A text of several lines, in which the line breaks stand and everything else that could deceive is an escape. */
export function shownLines(text: string): string {
  return text
    .split('\n')
    .map((line) => shownText(line))
    .join('\n');
}
