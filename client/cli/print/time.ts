/** When something happened, by the clock of whoever reads: the time alone when it was today. */
export function showTime(at: string, now: Date): string {
  const date = new Date(at);
  if (Number.isNaN(date.getTime())) return at;
  const time = [date.getHours(), date.getMinutes(), date.getSeconds()].map(twoDigits).join(':');
  const isToday = date.toDateString() === now.toDateString();
  return isToday ? time : `${showDay(date)} ${time}`;
}

/** The day of that moment by the clock of whoever reads: `2026-05-01`. */
export function showDay(date: Date): string {
  return [String(date.getFullYear()).padStart(4, '0'), twoDigits(date.getMonth() + 1), twoDigits(date.getDate())].join(
    '-',
  );
}

function twoDigits(number: number): string {
  return String(number).padStart(2, '0');
}

/** `1 row`, `2 rows`. */
export function count(number: number, noun: string, plural = `${noun}s`): string {
  return `${number} ${number === 1 ? noun : plural}`;
}
