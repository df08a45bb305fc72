import { z } from 'zod';
import { epochSchema, parseCursor, seqSchema } from './cursor.ts';
import { instantMicros } from './values.ts';

/** Like a bare number or a time: what a tag may not be called, or a text would be two points. */
const otherPoints = /^\d+$|^\d{4}-\d\d(-\d\d)?(T|$)/;

/** A name for a seq, e.g. `v1.54.0` or `before-import`. */
export const tagNameSchema = z
  .string()
  .regex(
    /^[A-Za-z0-9][A-Za-z0-9._/-]{0,63}$/,
    'a tag has 1 to 64 letters, digits, . _ / and -, a letter or digit first',
  )
  .refine((name) => !otherPoints.test(name), 'a tag may not look like a seq or a time');

/**
 * A point of a ledger's past, the state after a change: named by its seq (with an epoch: a cursor, which is refused in
 * another life of the ledger), by a time (the last change committed at or before it), or by a tag.
 */
export const pointSchema = z.union([
  z.strictObject({ seq: seqSchema, epoch: epochSchema.optional() }),
  z.strictObject({
    at: z.string().refine((text) => instantMicros(text) !== undefined, 'is no time such as 2026-05-01T12:00:00Z'),
  }),
  z.strictObject({ tag: tagNameSchema }),
]);
export type Point = z.infer<typeof pointSchema>;

const timePattern = /^(\d{4}-\d\d-\d\d)(?:[T ](\d\d:\d\d)(?::(\d\d)(?:\.(\d{1,6}))?)?(Z|[+-]\d\d:\d\d)?)?$/;

/**
 * Reads a point as people write it: `1042`, `1042@EPOCH`, `2026-05-01T12:00Z`, `2026-05-01 12:00` (of this place's
 * clock), `2026-05-01` (the end of that day here, or the state that it began with) or a tag; undefined when it is none of
 * them.
 */
export function parsePoint(text: string, day: 'begin' | 'end' = 'end'): Point | undefined {
  const cursor = parseCursor(text);
  if (cursor !== undefined) return cursor;
  if (/^\d{1,16}$/.test(text)) return checked({ seq: Number(text) });
  const [, date, minutes, seconds = '00', fraction = '0', zone] = timePattern.exec(text) ?? [];
  if (date === undefined) return checked({ tag: text });
  if (minutes === undefined) return day === 'end' ? localTime(`${date}T23:59:59`, '999999') : beginOf(date);
  const time = `${date}T${minutes}:${seconds}`;
  return zone === undefined ? localTime(time, fraction.padEnd(6, '0')) : checked({ at: `${time}.${fraction}${zone}` });
}

/** The last microsecond ahead of a day: a change at midnight itself is one of that day. */
function beginOf(date: string): Point | undefined {
  if (instantMicros(`${date}T00:00:00Z`) === undefined) return undefined;
  const last = new Date(new Date(`${date}T00:00:00`).getTime() - 1);
  return checked({ at: `${last.toISOString().slice(0, 19)}.999999Z` });
}

/** A point as it is written: the inverse of {@link parsePoint}. */
export function formatPoint(point: Point): string {
  if ('tag' in point) return point.tag;
  if ('at' in point) return point.at;
  return point.epoch === undefined ? String(point.seq) : `${point.seq}@${point.epoch}`;
}

/** A time of this place's clock, to the second, and its microseconds. A day that no calendar has is none. */
function localTime(time: string, micros: string): Point | undefined {
  if (instantMicros(`${time}Z`) === undefined) return undefined;
  return checked({ at: `${new Date(time).toISOString().slice(0, 19)}.${micros}Z` });
}

function checked(point: Point): Point | undefined {
  return pointSchema.safeParse(point).data;
}
