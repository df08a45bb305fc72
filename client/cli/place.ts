import type { Cursor } from '../../protocol/cursor.ts';
import type { Point } from '../../protocol/point.ts';
import { now } from './as-of.ts';
import type { Context } from './context.ts';

/**
 * Where a point is in the log. Times and tags are the server's to find, and the life that a seq alone is meant in is the
 * present one. @throws RowcastError `tag_not_found`
 */
export async function findPlace(context: Context, point: Point | typeof now): Promise<Cursor> {
  const { signal } = context;
  return await context.reading(async (ledger) => {
    if (point === now) {
      const { seq, epoch } = await ledger.status({ signal });
      return { seq, epoch };
    }
    if (!('seq' in point)) {
      const { seq, epoch } = await ledger.tables({ asOf: point, signal });
      return { seq, epoch };
    }
    return { seq: point.seq, epoch: point.epoch ?? (await ledger.status({ signal })).epoch };
  });
}
