import { sql } from 'kysely';
import type { Tag } from '../../protocol/replies.ts';
import type { TagRequest } from '../../protocol/tags.ts';
import type { Database } from '../database/database.ts';
import { utcText } from '../database/utc-text.ts';
import { Refused } from '../refused.ts';
import { readHead } from './head.ts';
import { resolvePoint } from './point.ts';
import { untilSettled } from './settled.ts';
import { publicTag, readTag } from './tags.ts';

/** Who names a point. */
export interface Tagging {
  readonly id: string;
  readonly user: string;
  /** Nothing is kept: the answer says what would be, and the id is not looked up. */
  readonly dryRun?: boolean | undefined;
}

/**
 * Names a point for ever. The same request again, by its id, is answered as before.
 * @throws Refused `tag_exists`, and what {@link untilSettled} and {@link resolvePoint} throw
 */
export async function setTag(
  database: Database,
  { name, point, why }: TagRequest,
  { id, user, dryRun }: Tagging,
): Promise<object> {
  await untilSettled(database, [point]);
  const head = await readHead(database);
  const seq = point === undefined ? head.seq : await resolvePoint(database, head, point);
  if (dryRun) return { epoch: head.epoch, tag: await triedTag(database, { name, seq, by: user, why }), dryRun };
  const asked = JSON.stringify({ user, point, why });
  await sql`
    INSERT INTO tag (name, seq, by, why, request, asked)
    VALUES (${name}, ${seq}, ${user}, ${why ?? null}, ${id}, ${asked}) ON CONFLICT DO NOTHING`.execute(database);
  const tag = await readTag(database, name);
  if (tag === undefined) {
    const message = `a request with the id ${id} has set another tag; every request needs an id of its own`;
    throw new Refused({ code: 'command_id_reused', message });
  }
  if (tag.request === id && tag.asked === asked) return { epoch: head.epoch, tag: publicTag(tag) };
  throw taken(tag);
}

async function triedTag(database: Database, tag: Omit<Tag, 'at'>): Promise<Tag> {
  const known = await readTag(database, tag.name);
  if (known !== undefined) throw taken(known);
  const { rows } = await sql<{ at: string }>`SELECT ${utcText(sql`clock_timestamp()`)} AS at`.execute(database);
  return { ...tag, at: rows[0]?.at ?? '' };
}

function taken({ name, seq, by, at }: Tag): Refused {
  const message = `${name} names seq ${seq} for ever, by ${by} at ${at}; choose another name`;
  return new Refused({ code: 'tag_exists', message });
}
