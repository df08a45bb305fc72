import { sql } from 'kysely';
import type { QueryOf } from '../../protocol/queries.ts';
import type { ActivityBucket, ReplyOf } from '../../protocol/replies.ts';
import { utcText } from '../database/utc-text.ts';
import type { Executor } from '../database/writer.ts';
import { type Head, readHead } from '../log/head.ts';
import { resolvePoint } from '../log/point.ts';
import { recordedAt, type Stretch, seqsAt } from '../log/seqs-at.ts';
import { Refused } from '../refused.ts';
import { livesOf, type QueryAnswer, type QueryContext } from './context.ts';
import { equalStretches, type Span, toEntryTime } from './equal-stretches.ts';

/** Buckets of a query that does not say how many. */
const bucketsUsual = 200;

/** How much was changed when: counts over equal stretches of time. The past does not change, so it needs no snapshot. */
export async function logActivity(context: QueryContext, query: QueryOf<'log.activity'>): Promise<QueryAnswer> {
  const { database } = context;
  const head = await readHead(database);
  const { after, last } = await stretchOf(database, head, query);
  const lives = query.table === undefined ? undefined : await livesOf(context, query.table);
  const changes = { after, last, lives };
  const span = await spanOf(database, changes, query);
  const untils = span === undefined ? [] : equalStretches(span, query.buckets ?? bucketsUsual);
  const buckets = await bucketsOf(database, changes, untils);
  return { body: { epoch: head.epoch, from: after, seq: last, ...span, buckets } satisfies ReplyOf<'log.activity'> };
}

type Points = Pick<QueryOf<'log.activity'>, 'from' | 'asOf'>;

async function stretchOf(executor: Executor, head: Head, { from, asOf }: Points): Promise<Stretch> {
  const after = from === undefined ? 0 : await resolvePoint(executor, head, from);
  const last = asOf === undefined ? head.seq : await resolvePoint(executor, head, asOf);
  if (last >= after) return { after, last };
  const message = `\`asOf\` is change ${last}, before \`from\`, change ${after}: exchange them`;
  throw new Refused({ code: 'bad_request', message });
}

/** The changes of a stretch. */
interface Changes extends Stretch {
  /** Of one table only: all its lives. */
  readonly lives: readonly number[] | undefined;
}

/** From which time to which: that of the points which are times, else that of the changes; none when nothing was changed. */
async function spanOf(executor: Executor, changes: Changes, { from, asOf }: Points): Promise<Span | undefined> {
  const first = await firstOf(executor, changes);
  if (first === undefined) return undefined;
  const { rows } = await sql<Span & { now: string }>`
    SELECT min(at) AS start, max(at) AS "end", ${utcText(sql`greatest(max(at)::timestamptz, clock_timestamp())`)} AS now
    FROM (SELECT ${recordedAt} AS at FROM change WHERE seq IN (${first}, ${changes.last})) AS times`.execute(executor);
  const [times] = rows;
  if (times === undefined) throw new Error(`the log has no changes ${first} and ${changes.last}`);
  const start = from !== undefined && 'at' in from ? toEntryTime(from.at) : times.start;
  if (asOf === undefined) return { start, end: times.now };
  return { start, end: 'at' in asOf ? toEntryTime(asOf.at) : times.end };
}

async function firstOf(executor: Executor, { after, last, lives }: Changes): Promise<number | undefined> {
  if (lives === undefined) return after < last ? after + 1 : undefined;
  const { rows } = await sql<{ seq: number | null }>`
    SELECT min(first.seq) AS seq FROM unnest(${lives}::bigint[]) AS life (id)
    CROSS JOIN LATERAL (
      SELECT seq FROM change WHERE table_id = life.id AND seq > ${after} AND seq <= ${last} ORDER BY seq LIMIT 1
    ) AS first`.execute(executor);
  return rows[0]?.seq ?? undefined;
}

async function bucketsOf(executor: Executor, changes: Changes, untils: readonly string[]): Promise<ActivityBucket[]> {
  if (untils.length === 0) return [];
  const seqs = await seqsAt(executor, changes, untils);
  const counts = await countsBetween(executor, [changes.after, ...seqs], changes.lives);
  return untils.map((until, n) => ({ until, seq: seqs[n] ?? 0, changes: counts[n] ?? 0 }));
}

/**
 * How many changes there are from each of these seqs to the next. Of all tables that needs no look; those of one table are
 * counted along its index, which costs what they are.
 */
async function countsBetween(
  executor: Executor,
  borders: readonly number[],
  lives: readonly number[] | undefined,
): Promise<number[]> {
  const lows = borders.slice(0, -1);
  const highs = borders.slice(1);
  if (lives === undefined) return highs.map((high, n) => high - (lows[n] ?? high));
  const { rows } = await sql<{ changes: number }>`
    SELECT sum(counted.changes)::bigint AS changes
    FROM unnest(${lows}::bigint[], ${highs}::bigint[]) WITH ORDINALITY AS border (low, high, n)
    CROSS JOIN unnest(${lives}::bigint[]) AS life (id)
    CROSS JOIN LATERAL (
      SELECT count(*) AS changes FROM change WHERE table_id = life.id AND seq > low AND seq <= high
    ) AS counted
    GROUP BY n ORDER BY n`.execute(executor);
  return rows.map(({ changes }) => changes);
}
