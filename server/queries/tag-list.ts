import { readHead } from '../log/head.ts';
import { listTags } from '../log/tags.ts';
import type { QueryAnswer, QueryContext } from './context.ts';

/** Every tag with the seq that it names. */
export async function tagList({ database }: QueryContext): Promise<QueryAnswer> {
  const { epoch, seq } = await readHead(database);
  return { body: { epoch, seq, tags: await listTags(database) } };
}
