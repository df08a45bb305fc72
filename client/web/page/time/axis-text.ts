const daySeconds = 86_400;
/** A month and a year are steps of at least so many days. */
const monthDays = 28;
const yearDays = 365;

const clock = { hour: '2-digit', minute: '2-digit' } as const;
const year = new Intl.DateTimeFormat('en-GB', { year: 'numeric' });
const month = new Intl.DateTimeFormat('en-GB', { month: 'short', year: 'numeric' });
const day = new Intl.DateTimeFormat('en-GB', { day: 'numeric', month: 'short' });
const minute = new Intl.DateTimeFormat('en-GB', clock);
const second = new Intl.DateTimeFormat('en-GB', { ...clock, second: '2-digit' });
const fractions = ([1, 2, 3] as const).map(
  (digits) => new Intl.DateTimeFormat('en-GB', { ...clock, second: '2-digit', fractionalSecondDigits: digits }),
);

/** A mark of the axis, so fine that no two neighbours read the same, and no finer; where a day begins, the day. */
export function axisText(seconds: number, step: number): string {
  // A step of a fraction of a second is not exact as a double.
  return formOf(seconds, step).format(Math.round(seconds * 1_000));
}

function formOf(seconds: number, step: number): Intl.DateTimeFormat {
  const days = step / daySeconds;
  if (days >= yearDays) return year;
  if (days >= monthDays) return month;
  if (days >= 1 || isMidnight(seconds)) return day;
  if (step >= 60) return minute;
  return step >= 1 ? second : (fractions[digitsOf(step) - 1] ?? second);
}

function isMidnight(seconds: number): boolean {
  const date = new Date(Math.round(seconds * 1_000));
  return date.getHours() + date.getMinutes() + date.getSeconds() + date.getMilliseconds() === 0;
}

/** Digits of a second that tell such steps apart, up to milliseconds. */
function digitsOf(step: number): number {
  return [1, 2].find((digits) => Number.isInteger(Number((step * 10 ** digits).toFixed(6)))) ?? 3;
}
