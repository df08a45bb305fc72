/** The day of a moment by the clock of whoever reads: what changes are parted by. */
export function dayOf(at: string): string {
  return new Date(at).toDateString();
}

const dayMs = 86_400_000;

/** `today`, `yesterday`, or the date. */
export function dayWords(at: string, now: Date): string {
  const day = dayOf(at);
  if (day === now.toDateString()) return 'today';
  if (day === new Date(now.getTime() - dayMs).toDateString()) return 'yesterday';
  return new Date(at).toLocaleDateString(undefined, {
    weekday: 'long',
    day: 'numeric',
    month: 'long',
    year: 'numeric',
  });
}

export function clockWords(at: string): string {
  return new Date(at).toLocaleTimeString(undefined, { hourCycle: 'h23' });
}

/** Day and time: the time alone when it was today. */
export function momentWords(at: string, now: Date): string {
  const day = dayWords(at, now);
  return day === 'today' ? clockWords(at) : `${new Date(at).toLocaleDateString()} ${clockWords(at)}`;
}
