/* How a moment is told, by the clock of whoever reads; in one form, whatever the browser's language is, as the words are. */

const day = new Intl.DateTimeFormat('en-GB', { weekday: 'long', day: 'numeric', month: 'long', year: 'numeric' });
const date = new Intl.DateTimeFormat('en-GB', { day: 'numeric', month: 'short', year: 'numeric' });
const clock = new Intl.DateTimeFormat('en-GB', { hour: '2-digit', minute: '2-digit', second: '2-digit' });

/** A text with a zone, or milliseconds since 1970. */
type Moment = string | number;

/** The day of a moment: what changes are parted by. */
export function dayOf(at: Moment): string {
  return new Date(at).toDateString();
}

/** `today`, `yesterday`, or `Friday 20 November 2026`. */
export function dayWords(at: Moment, now: Date): string {
  return nearDay(at, now) ?? day.format(new Date(at));
}

/** `26 Nov 2026`. */
export function dateWords(at: Moment): string {
  return date.format(new Date(at));
}

/** `04:12:31`. */
export function clockWords(at: Moment): string {
  return clock.format(new Date(at));
}

/** `26 Nov 2026, 04:12:31`. */
export function wholeWords(at: Moment): string {
  return `${dateWords(at)}, ${clockWords(at)}`;
}

/** Day and time, and no more of it than is needed: `04:12:31`, `yesterday, 04:12:31`, `24 Nov 2026, 04:12:31`. */
export function momentWords(at: Moment, now: Date): string {
  const near = nearDay(at, now);
  if (near === 'today') return clockWords(at);
  return near === undefined ? wholeWords(at) : `${near}, ${clockWords(at)}`;
}

const steps = [
  { unit: 'min', seconds: 60, below: 60 },
  { unit: 'h', seconds: 3_600, below: 24 },
  { unit: 'd', seconds: 86_400, below: 30 },
] as const;

/** How long ago, where there is little room: `just now`, `3 min ago`, or the day when it is long ago. */
export function agoWords(then: number, now: number): string {
  const seconds = Math.max(now - then, 0) / 1_000;
  if (seconds < 5) return 'just now';
  if (seconds < 60) return `${Math.floor(seconds)} s ago`;
  const step = steps.find((one) => seconds / one.seconds < one.below);
  return step === undefined ? dateWords(then) : `${Math.floor(seconds / step.seconds)} ${step.unit} ago`;
}

function nearDay(at: Moment, now: Date): 'today' | 'yesterday' | undefined {
  if (dayOf(at) === now.toDateString()) return 'today';
  // At noon: a day of which the clock is put forward has no 24 hours.
  const yesterday = new Date(now.getFullYear(), now.getMonth(), now.getDate() - 1, 12);
  return dayOf(at) === yesterday.toDateString() ? 'yesterday' : undefined;
}
