import type { Cursor } from '../protocol/cursor.ts';
import type { Point } from '../protocol/point.ts';
import type { CommandChannel, RequestOptions } from './command-channel.ts';

/**
 * Where a point is in the log; the head when there is none. Times and tags are the server's to find.
 * @throws RowcastError `ahead_of_server`, `wrong_epoch`, `tag_not_found`
 */
export async function pointCursor(
  channel: Pick<CommandChannel, 'request'>,
  point: Point | undefined,
  { signal, timeoutMs }: Pick<RequestOptions, 'signal' | 'timeoutMs'> = {},
): Promise<Cursor> {
  const options = { signal, timeoutMs };
  if (point !== undefined && !('seq' in point)) {
    const { body } = await channel.request({ type: 'table.list', asOf: point, counts: false }, options);
    return { seq: body.seq, epoch: body.epoch };
  }
  // Refused where there is no such place.
  const place = { after: point?.seq, epoch: point?.epoch };
  const { body } = await channel.request({ type: 'log.read', limit: 1, ...place }, options);
  return { seq: point?.seq ?? body.head, epoch: body.epoch };
}
