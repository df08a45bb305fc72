import { formatPoint, parsePoint } from '../../../../protocol/point.ts';
import { shownText } from '../../../../protocol/shown-text.ts';

const full = new Intl.DateTimeFormat('en-GB', {
  day: 'numeric',
  month: 'short',
  year: 'numeric',
  hour: '2-digit',
  minute: '2-digit',
  second: '2-digit',
});
const dayOnly = new Intl.DateTimeFormat('en-GB', { day: 'numeric', month: 'short' });
const minuteOnly = new Intl.DateTimeFormat('en-GB', { hour: '2-digit', minute: '2-digit' });
const secondOnly = new Intl.DateTimeFormat('en-GB', { hour: '2-digit', minute: '2-digit', second: '2-digit' });

const daySeconds = 86_400;

/** `26 Nov 2026, 04:12:31`, by the clock of whoever reads. */
export function whenText(ms: number): string {
  return full.format(ms);
}

/** The marks of an axis: no finer than the seconds between them. */
export function axisText(seconds: number, step: number): string {
  const ms = seconds * 1_000;
  if (step >= daySeconds) return dayOnly.format(ms);
  return step >= 60 ? minuteOnly.format(ms) : secondOnly.format(ms);
}

interface Told {
  readonly at: string | undefined;
  readonly seq: number | undefined;
  readonly ms: number | undefined;
}

/** A moment in words: when, and behind which change. */
export function whenWords({ at, seq, ms }: Told): string {
  const place = `seq ${(seq ?? 0).toLocaleString()}`;
  if (at === undefined) return `now, ${place}`;
  if (seq === 0) return 'before the first change';
  return ms === undefined ? place : `${whenText(ms)}, ${place}`;
}

/** A point of an address in a few words: a seq without the life that it is of, a time by the clock of whoever reads, a tag. */
export function pointWords(text: string): string {
  const point = parsePoint(text);
  if (point !== undefined && 'seq' in point) return `#${point.seq}`;
  if (point !== undefined && 'at' in point) return whenText(Date.parse(point.at));
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
