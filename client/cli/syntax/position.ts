import type { Point } from '../../../protocol/point.ts';
import { readPoint } from '../as-of.ts';

/**
 * Where a stretch of the log begins, as the point behind which it does: a seq names its first change, a day begins with
 * itself, and a cursor, a time or a tag names the state that it begins behind. @throws InvalidArgumentError
 */
export function readStart(text: string): Point {
  const point = readPoint(text.replace(/^#/, ''), 'begin');
  if (!('seq' in point) || point.epoch !== undefined) return point;
  return { seq: Math.max(point.seq - 1, 0) };
}

/** Since when something was done, as the point behind which it was: of a day, from its beginning on. @throws InvalidArgumentError */
export function readSince(text: string): Point {
  return readPoint(text, 'begin');
}
