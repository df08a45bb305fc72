import { sql } from 'kysely';
import type { Tag } from '../../protocol/replies.ts';
import { utcText } from '../database/utc-text.ts';
import type { Executor } from '../database/writer.ts';
import { Refused } from '../refused.ts';

interface StoredTag extends Tag {
  /** The request that set it, so that the same one again is answered again. */
  readonly request: string;
  readonly asked: string;
}

const tagColumns = sql`name, seq, ${utcText(sql`at`)} AS at, by, why, request, asked`;

/** Every tag, in order of the log. */
export async function listTags(executor: Executor): Promise<Tag[]> {
  const { rows } = await sql<StoredTag>`SELECT ${tagColumns} FROM tag ORDER BY seq, name`.execute(executor);
  return rows.map(publicTag);
}

/** The seq that a tag names. @throws Refused `tag_not_found` */
export async function findTag(executor: Executor, name: string): Promise<number> {
  const tag = await readTag(executor, name);
  if (tag === undefined) throw new Refused({ code: 'tag_not_found', message: `there is no tag ${name}` });
  return tag.seq;
}

export async function readTag(executor: Executor, name: string): Promise<StoredTag | undefined> {
  const { rows } = await sql<StoredTag>`SELECT ${tagColumns} FROM tag WHERE name = ${name}`.execute(executor);
  return rows[0];
}

export function publicTag({ request: _request, asked: _asked, why, ...tag }: StoredTag): Tag {
  return why == null ? tag : { ...tag, why };
}
