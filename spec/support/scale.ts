/** Whether the long versions run: `ROWCAST_LONG=1`. The same code, with other numbers. */
export const isLong = process.env.ROWCAST_LONG === '1';

/** A number of the test: the short one in every test run, the long one where faults are looked for. */
export function scale(short: number, long: number): number {
  return isLong ? long : short;
}

/** Milliseconds that a test may take. */
export function scaledTimeout(shortMs: number, longMs: number): number {
  return scale(shortMs, longMs);
}

/** One line of what was measured. */
export function figure(text: string): void {
  console.log(text);
}

/** The value that this part of the values does not exceed, e.g. 0.99. NaN of none. */
export function quantile(values: readonly number[], part: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * part))] ?? Number.NaN;
}
