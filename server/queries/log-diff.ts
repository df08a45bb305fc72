import { z } from 'zod';
import { seqSchema } from '../../protocol/cursor.ts';
import type { RowDiff } from '../../protocol/diff.ts';
import type { QueryOf } from '../../protocol/queries.ts';
import type { ReplyOf } from '../../protocol/replies.ts';
import { type Head, readHead } from '../log/head.ts';
import { refusePlace, resolvePoint } from '../log/point.ts';
import { tableLives } from '../projections/tables.ts';
import { Refused } from '../refused.ts';
import { changedTables, comparedTable } from './compared-table.ts';
import { type QueryAnswer, type QueryContext, refuseTable } from './context.ts';
import { type RowDiffs, rowDiffs, type Walked } from './diff-rows.ts';
import { changesIn, tableDiffs } from './diff-tables.ts';
import { decodeOpaque, encodeOpaque } from './opaque.ts';

/** Where a page of a diff ended. Clients get it as an opaque text. */
const placeSchema = z.strictObject({
  epoch: z.string(),
  from: seqSchema,
  to: seqSchema,
  /** The table's life that the next page begins with, and where in it (see Walked). */
  life: seqSchema,
  seq: seqSchema,
  key: z.string().optional(),
  table: z.string().optional(),
});
type Place = z.infer<typeof placeSchema>;

/** What is different at one point from another one. The past does not change, so its pages need no snapshot. */
export async function logDiff(context: QueryContext, query: QueryOf<'log.diff'>): Promise<QueryAnswer> {
  const { database } = context;
  const head = await readHead(database);
  const place =
    query.after === undefined ? await firstPlace(context, head, query) : decodePlace(query.after, query.table);
  refusePlace(head, changesIn(place).last, place.epoch);
  const { epoch, from, to } = place;
  const tables = query.after === undefined ? { tables: await tableDiffs(database, place, query.table) } : {};
  const limit = Math.min(query.limit ?? context.pageRowsMax, context.pageRowsMax);
  const { rows, next } = await readRows(context, place, limit);
  const body: ReplyOf<'log.diff'> = { epoch, from, to, ...tables, rows };
  return { body: next === undefined ? body : { ...body, next: encodeOpaque(next) } };
}

async function firstPlace(
  { database }: QueryContext,
  head: Head,
  { from, to, table }: QueryOf<'log.diff'>,
): Promise<Place> {
  const span = {
    from: await resolvePoint(database, head, from),
    to: to === undefined ? head.seq : await resolvePoint(database, head, to),
  };
  const { after, last } = changesIn(span);
  if (table !== undefined && !(await tableLives(database, table)).some((id) => id <= last)) throw refuseTable(table);
  return { epoch: head.epoch, ...span, life: 0, seq: after, ...(table === undefined ? {} : { table }) };
}

interface DiffPage {
  readonly rows: RowDiff[];
  readonly next?: Place;
}

/** Rows of one table after another, until `limit` of them were looked at or the page is full. */
async function readRows({ database, pageBytesMax }: QueryContext, place: Place, limit: number): Promise<DiffPage> {
  const rows: RowDiff[] = [];
  let looked = 0;
  let bytes = 0;
  for (const life of await changedTables(database, place, place.table)) {
    if (life.id < place.life) continue;
    const table = await comparedTable(database, life, place);
    let walked: Walked | undefined = life.id === place.life ? place : { seq: table.after };
    while (walked !== undefined) {
      const { seq, key }: Walked = walked;
      if (looked >= limit || bytes >= pageBytesMax) return { rows, next: { ...place, life: life.id, seq, key } };
      const left = { limit: limit - looked, bytesMax: pageBytesMax - bytes };
      const page: RowDiffs = await rowDiffs(database, { table, walked: { seq, key }, ...left });
      rows.push(...page.diffs);
      looked += page.looked;
      bytes += page.bytes;
      walked = page.next;
    }
  }
  return { rows };
}

function decodePlace(text: string, table: string | undefined): Place {
  const place = decodeOpaque(placeSchema, text);
  if (place !== undefined && place.table === table) return place;
  throw new Refused({ code: 'bad_request', message: 'after is not the `next` of a page of this same diff' });
}
