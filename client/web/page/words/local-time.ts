const parts = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.(\d+))?/;

/** A timestamp by the clock of whoever reads it, to the digit in which it was written: `2026-11-26 05:33:08.123456`. */
export function localTime(timestamp: string): string {
  const match = parts.exec(timestamp);
  const time = new Date(timestamp);
  if (match === null || Number.isNaN(time.getTime())) return timestamp;
  const [, fraction] = match;
  const day = `${pad(time.getFullYear(), 4)}-${pad(time.getMonth() + 1)}-${pad(time.getDate())}`;
  const clock = `${pad(time.getHours())}:${pad(time.getMinutes())}:${pad(time.getSeconds())}`;
  return `${day} ${clock}${fraction === undefined ? '' : `.${fraction}`}`;
}

function pad(value: number, digits = 2): string {
  return String(value).padStart(digits, '0');
}
