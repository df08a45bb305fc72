import { z } from 'zod';
import { seqSchema } from '../../protocol/cursor.ts';
import { Refused } from '../refused.ts';

/** Where a page of row.list ended, and as of which seq it was. Clients get it as an opaque text. */
const pageCursorSchema = z.strictObject({
  epoch: z.string(),
  seq: seqSchema,
  /** Texts of the sorted cells of the last row; null where empty. */
  sorted: z.array(z.string().nullable()),
  key: z.string(),
});
export type PageCursor = z.infer<typeof pageCursorSchema>;

export function encodePageCursor(cursor: PageCursor): string {
  return Buffer.from(JSON.stringify(cursor)).toString('base64url');
}

/** @throws Refused (bad_request) when the text was not made by {@link encodePageCursor}. */
export function decodePageCursor(text: string, sortColumns: number): PageCursor {
  try {
    const cursor = pageCursorSchema.parse(JSON.parse(Buffer.from(text, 'base64url').toString()));
    if (cursor.sorted.length === sortColumns) return cursor;
  } catch (cause) {
    if (!(cause instanceof SyntaxError || cause instanceof z.ZodError)) throw cause;
  }
  throw new Refused({ code: 'bad_request', message: 'after is not the `next` of a page of this same list' });
}
