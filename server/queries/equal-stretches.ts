import { instantMicros } from '../../protocol/values.ts';

/** A stretch of time, as texts. */
export interface Span {
  readonly start: string;
  readonly end: string;
}

/**
 * Where each of so many equal stretches of a span ends, the last one where the span does. Fewer when it has not so many
 * microseconds, but one at least.
 */
export function equalStretches({ start, end }: Span, count: number): string[] {
  const first = microsOf(start);
  const length = microsOf(end) - first;
  const stretches = Math.max(1, Math.min(count, Number(length)));
  return Array.from({ length: stretches }, (_, index) =>
    instantText(first + (length * BigInt(index + 1)) / BigInt(stretches)),
  );
}

/** The same time as it would stand in an entry: in UTC, to the microsecond; and 1970 for all before, when there were no ledgers. */
export function toEntryTime(text: string): string {
  const micros = microsOf(text);
  return instantText(micros < 0n ? 0n : micros);
}

function instantText(micros: bigint): string {
  const millis = new Date(Number(micros / 1_000n)).toISOString().slice(0, -1);
  return `${millis}${String(micros % 1_000n).padStart(3, '0')}Z`;
}

function microsOf(text: string): bigint {
  const micros = instantMicros(text);
  if (micros === undefined) throw new Error(`${text} is no time`);
  return micros;
}
