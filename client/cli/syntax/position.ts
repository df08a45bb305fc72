import type { Point } from '../../../protocol/point.ts';
import { readPoint } from '../as-of.ts';

/**
 * Where a stretch of the log begins, as the point behind which it does: a seq names its first change, and a cursor, a
 * time or a tag the state that it begins behind. @throws InvalidArgumentError
 */
export function readStart(text: string): Point {
  const point = readPoint(text.replace(/^#/, ''));
  if (!('seq' in point) || point.epoch !== undefined) return point;
  return { seq: Math.max(point.seq - 1, 0) };
}
