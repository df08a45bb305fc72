import type { ActivityBucket, ReplyOf } from '../../../../protocol/replies.ts';

/** The stretch of time that the curve shows, and where in it the changes are. */
export interface Axis {
  readonly startMs: number;
  readonly endMs: number;
  /** Seq ahead of the first bucket. */
  readonly from: number;
  readonly buckets: readonly Bucket[];
}

export interface Bucket extends Pick<ActivityBucket, 'seq' | 'changes'> {
  readonly untilMs: number;
}

export function axisOf({ start, end, from, buckets }: ReplyOf<'log.activity'>): Axis | undefined {
  if (start === undefined || end === undefined) return undefined;
  return {
    startMs: Date.parse(start),
    endMs: Date.parse(end),
    from,
    buckets: buckets.map(({ until, seq, changes }) => ({ untilMs: Date.parse(until), seq, changes })),
  };
}

/** Where a time is on the axis: 0 at its start, 1 at its end. */
export function fractionAt({ startMs, endMs }: Axis, ms: number): number {
  // All was done in one instant: what is at it, is at the end.
  if (endMs === startMs) return ms < startMs ? 0 : 1;
  return clamped((ms - startMs) / (endMs - startMs));
}

/** The time at a place of the axis, and the change that it is behind: of those in a bucket as if they were evenly spread. */
export function placeAt(axis: Axis, fraction: number): { readonly seq: number; readonly ms: number } {
  const { startMs, endMs, from, buckets } = axis;
  const part = clamped(fraction) * buckets.length;
  const index = Math.min(Math.floor(part), buckets.length - 1);
  const before = buckets[index - 1]?.seq ?? from;
  const { seq } = buckets[index] ?? { seq: from };
  return {
    seq: before + Math.round((seq - before) * Math.min(1, part - index)),
    ms: startMs + clamped(fraction) * (endMs - startMs),
  };
}

/** Where a seq is, by the same measure; for those whose time is not known yet. */
export function fractionOf({ from, buckets }: Axis, seq: number): number {
  const index = buckets.findIndex((bucket) => bucket.seq >= seq);
  if (index === -1) return 1;
  const before = buckets[index - 1]?.seq ?? from;
  const behind = buckets[index]?.seq ?? before;
  const inside = behind === before ? 0 : (seq - before) / (behind - before);
  return clamped((index + clamped(inside)) / buckets.length);
}

/** The end of the next bucket in which there is a change, `by` 1 forward and -1 back; undefined when there is none. */
export function bucketFrom({ from, buckets }: Axis, seq: number, by: 1 | -1): number | undefined {
  const ends = [from, ...buckets.map((bucket) => bucket.seq)];
  return by === 1 ? ends.find((end) => end > seq) : ends.findLast((end) => end < seq);
}

function clamped(fraction: number): number {
  return Math.min(1, Math.max(0, fraction));
}
