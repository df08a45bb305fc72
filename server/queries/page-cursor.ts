import { createHash } from 'node:crypto';
import { z } from 'zod';
import { seqSchema } from '../../protocol/cursor.ts';
import type { QueryOf } from '../../protocol/queries.ts';
import { Refused } from '../refused.ts';
import { decodeOpaque, encodeOpaque } from './opaque.ts';

/** Where a page of row.list ended, and as of which seq it was. Clients get it as an opaque text. */
const pageCursorSchema = z.strictObject({
  epoch: z.string(),
  seq: seqSchema,
  /** Texts of the sorted cells of the last row; null where empty. */
  sorted: z.array(z.string().nullable()),
  key: z.string(),
  /** Hash of what was asked: another filter, sort or search is another list. */
  list: z.string(),
});
export type PageCursor = z.infer<typeof pageCursorSchema>;

export function encodePageCursor(cursor: PageCursor): string {
  return encodeOpaque(cursor);
}

/** One text for a list: two queries with the same are pages of it. */
export function listHash({ table, filter, sort, search, asOf }: QueryOf<'row.list'>): string {
  return createHash('sha256')
    .update(JSON.stringify([table, filter, sort, search, asOf]))
    .digest('base64url')
    .slice(0, 22);
}

/** @throws Refused (bad_request) when the text was not made by {@link encodePageCursor} for this list. */
export function decodePageCursor(text: string, list: string): PageCursor {
  const cursor = decodeOpaque(pageCursorSchema, text);
  if (cursor?.list !== list) throw notOfThisList();
  return cursor;
}

export function notOfThisList(): Refused {
  return new Refused({ code: 'bad_request', message: 'after is not the `next` of a page of this same list' });
}
