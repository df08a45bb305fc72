import { parseCursor } from '../../../protocol/cursor.ts';
import { type Point, parsePoint } from '../../../protocol/point.ts';
import type { Reverted } from '../../../protocol/revert.ts';
import { isToday } from '../as-of.ts';
import { usageError } from '../cli-error.ts';

/** The ways to say which changes are meant. */
export interface RevertedWords {
  readonly changes?: string | undefined;
  readonly command?: string | undefined;
  readonly by?: string | undefined;
  readonly since?: Point | undefined;
}

const howTo = 'write SEQ, FROM..TO (seqs, tags or times), --command ID, or --by NAME --since POINT';
const rangePattern = /^#?(\d{1,15})(?:\.\.#?(\d{1,15}))?(?:@([A-Za-z0-9_-]+))?$/;

/** Which changes are meant, said in exactly one way. @throws CliError */
export function readReverted({ changes, command, by, since }: RevertedWords): Reverted {
  const ways = [changes, command, by].filter((way) => way !== undefined).length;
  if (ways !== 1) throw usageError(ways === 0 ? 'which changes?' : 'that says in two ways which changes', [], howTo);
  if ((by === undefined) !== (since === undefined)) {
    throw usageError(by === undefined ? '--since goes with --by' : '--by needs --since', [], howTo);
  }
  if (command !== undefined) return { command };
  if (by !== undefined && since !== undefined) return { by, since };
  return readRange(changes ?? '');
}

/** The changes of one command, of which the last is known, as `rowcast revert` takes them. */
export function rangeText(last: number, changes: number): string {
  return changes > 1 ? `${last - changes + 1}..${last}` : String(last);
}

/** `1042`, `1042@EPOCH`; `1042..1050`, both ends included; and `v1..v2`, what leads from one point to another, or to now. */
function readRange(text: string): Reverted {
  const cursor = parseCursor(text);
  if (cursor !== undefined && cursor.seq > 0) return cursor;
  const [, from, to, epoch] = rangePattern.exec(text) ?? [];
  const first = Number(from);
  const ofLife = epoch === undefined ? {} : { epoch };
  if (from !== undefined && first > 0) {
    if (to === undefined) return { seq: first, ...ofLife };
    if (Number(to) >= first) return { after: first - 1, last: Number(to), ...ofLife };
  }
  const points = from === undefined ? readPoints(text) : undefined;
  if (points !== undefined) return points;
  throw usageError(`${JSON.stringify(text)} names no change; the log tells their seqs: npx rowcast log`, [], howTo);
}

/**
 * Two points; without the second, or up to a day that is not over, up to now. A seq or a day as the first is, as everywhere
 * in a range, itself a part of it.
 */
function readPoints(text: string): Reverted | undefined {
  const [before = '', behind, ...more] = text.split('..').map((point) => point.replace(/^#(?=\d)/, ''));
  if (behind === undefined || more.length > 0) return undefined;
  const isNow = behind === '' || isToday(behind);
  const [from, to] = [parsePoint(before, 'begin'), isNow ? undefined : parsePoint(behind)];
  if (from === undefined || (to === undefined && !isNow)) return undefined;
  if (!('seq' in from)) return { from, to };
  return from.seq > 0 ? { from: { ...from, seq: from.seq - 1 }, to } : undefined;
}
