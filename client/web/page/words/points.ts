import { formatPoint, parsePoint } from '../../../../protocol/point.ts';
import { shownText } from '../../../../protocol/shown-text.ts';
import { wholeWords } from './moments.ts';

/** A change by its number, as it can be typed to go there: `#1042`. */
export function seqWords(seq: number): string {
  return `#${seq}`;
}

/** Changes from one to another: `#7`, `#7 to #9`. */
export function spanWords([first, last]: readonly [first: number, last: number]): string {
  return first === last ? seqWords(first) : `${seqWords(first)} to ${seqWords(last)}`;
}

interface Told {
  readonly at: string | undefined;
  readonly seq: number | undefined;
  readonly ms: number | undefined;
}

/** A moment in words: when, and behind which change. */
export function whenWords({ at, seq = 0, ms }: Told): string {
  if (at === undefined) return `now, ${seqWords(seq)}`;
  if (seq === 0) return 'before the first change';
  return ms === undefined ? seqWords(seq) : `${wholeWords(ms)}, ${seqWords(seq)}`;
}

/** A point of an address in a few words: a seq without the life that it is of, a time by the clock of whoever reads, a tag. */
export function pointWords(text: string): string {
  const point = parsePoint(text);
  if (point !== undefined && 'seq' in point) return seqWords(point.seq);
  if (point !== undefined && 'at' in point) return wholeWords(point.at);
  return shownText(text, { widthMax: 40 });
}

/**
 * A point of an address in the one form that everybody reads alike: a time without a zone is by the clock of the reader's
 * browser, and the gateway's may be another. What is no point stays as it is, and is refused by the gateway.
 */
export function pointText(text: string): string;
export function pointText(text: string | undefined): string | undefined;
export function pointText(text: string | undefined): string | undefined {
  const point = text === undefined ? undefined : parsePoint(text);
  return point === undefined ? text : formatPoint(point);
}
