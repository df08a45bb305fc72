import { type Cursor, parseCursor } from '../../../protocol/cursor.ts';
import type { Point } from '../../../protocol/point.ts';
import { readPoint } from '../as-of.ts';
import { usageError } from '../cli-error.ts';

/** Where a replay begins: at a change (that one is the first), or behind a cursor (what it has seen is left out). */
export interface Position {
  readonly after: number;
  readonly epoch: string | undefined;
}

/** Reads `SEQ` or `SEQ@EPOCH`. @throws CliError */
export function readPosition(text: string): Position {
  const cursor: Cursor | undefined = parseCursor(text);
  if (cursor !== undefined) return { after: cursor.seq, epoch: cursor.epoch };
  const seq = Number(text);
  if (/^#?\d{1,16}$/.test(text) && Number.isSafeInteger(Number(text.replace('#', '')))) {
    return { after: Math.max(Number(text.replace('#', '')) - 1, 0), epoch: undefined };
  }
  throw usageError(
    `${JSON.stringify(text)} is no place in the log${Number.isNaN(seq) ? '' : ' (a seq is a whole number)'}; ` +
      'write the seq of the first change that is wanted, such as 1042, or a cursor, 1042@EPOCH, to resume behind it',
  );
}

/**
 * Where a stretch of the log begins, as the point behind which it does: a seq names its first change, and a cursor, a
 * time or a tag the state that it begins behind. @throws InvalidArgumentError
 */
export function readStart(text: string): Point {
  const point = readPoint(text.replace(/^#/, ''));
  if (!('seq' in point) || point.epoch !== undefined) return point;
  return { seq: Math.max(point.seq - 1, 0) };
}
