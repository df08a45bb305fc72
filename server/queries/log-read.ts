import { toBase64 } from '../../proof/hash.ts';
import { limits } from '../../protocol/limits.ts';
import type { QueryOf } from '../../protocol/queries.ts';
import type { EntriesReply } from '../../protocol/replies.ts';
import type { Executor } from '../database/writer.ts';
import { endedLines } from '../log/ended-lines.ts';
import { type Head, readHead } from '../log/head.ts';
import { refusePlace, resolvePoint } from '../log/point.ts';
import { type Lines, readLines } from '../log/read.ts';
import { TreeReader } from '../log/tree-reader.ts';
import { Refused } from '../refused.ts';
import { livesOf, type QueryAnswer, type QueryContext } from './context.ts';

/** Entries of the log, as they are, of one table over all its lives or of all tables. */
export async function logRead(context: QueryContext, query: QueryOf<'log.read'>): Promise<QueryAnswer> {
  const { database, pageBytesMax } = context;
  const { table, newestFirst, limit = limits.entriesMax, hashes } = query;
  // The head first: what is read after it may be newer, never older, so that `more` cannot wrongly say no.
  const head = await readHead(database);
  const place = await placeOf(database, head, query);
  if (hashes) return await hashesAnswer(context, { head, ...place, limit, query });
  const tableIds = table === undefined ? undefined : await livesOf(context, table);
  const ofTable = tableIds === undefined ? {} : { tableIds };
  const lines = await readLines(database, { ...place, newestFirst, limit, bytesMax: pageBytesMax, ...ofTable });
  return entriesAnswer({ head, after: place.after, lines });
}

/** The changes of one row. */
export async function rowHistory(context: QueryContext, query: QueryOf<'row.history'>): Promise<QueryAnswer> {
  const { table, key, newestFirst, limit = limits.entriesMax } = query;
  const head = await readHead(context.database);
  const place = await placeOf(context.database, head, query);
  const tableIds = await livesOf(context, table);
  const bytesMax = context.pageBytesMax;
  const lines = await readLines(context.database, { ...place, newestFirst, limit, bytesMax, tableIds, key });
  return entriesAnswer({ head, after: place.after, lines });
}

interface Place {
  readonly after: number;
  readonly until?: number;
}

type Asked = Pick<QueryOf<'log.read'>, 'after' | 'newestFirst' | 'epoch' | 'asOf'>;

/** Beyond which seq to read: from the front, or from behind the end, unless the request names one. */
async function placeOf(executor: Executor, head: Head, { after, newestFirst, epoch, asOf }: Asked): Promise<Place> {
  const first = newestFirst ? 1 : 0;
  refusePlace(head, (after ?? 0) - first, epoch);
  const until = asOf && (await resolvePoint(executor, head, asOf));
  return { after: after ?? first * ((until ?? head.seq) + 1), ...(until === undefined ? {} : { until }) };
}

interface HashesRead extends Place {
  readonly head: Head;
  readonly limit: number;
  readonly query: QueryOf<'log.read'>;
}

/** The leaf hashes of entries, for a reader who has only some of the entries and verifies the whole log. */
async function hashesAnswer(
  { database }: QueryContext,
  { head, after, until = head.seq, limit, query }: HashesRead,
): Promise<QueryAnswer> {
  if (query.table !== undefined || query.newestFirst) {
    throw new Refused({ code: 'bad_request', message: 'hashes are of the whole log: leave table and newestFirst out' });
  }
  const last = Math.min(after + limit, until);
  const leaves = await new TreeReader(database).leaves(after, last);
  const texts = leaves.map(toBase64);
  return entriesAnswer({ head, after, lines: { texts, count: leaves.length, last, full: last < until } });
}

interface ReadEntries {
  readonly head: Head;
  readonly after: number;
  readonly lines: Lines;
}

function entriesAnswer({ head, after, lines }: ReadEntries): QueryAnswer {
  const last = lines.last ?? after;
  const body: EntriesReply = {
    epoch: head.epoch,
    // Entries committed since the head was read may be among the lines.
    head: Math.max(head.seq, last),
    count: lines.count,
    last,
    more: lines.full,
  };
  return { body, lines: endedLines({ ...lines, last }) };
}
