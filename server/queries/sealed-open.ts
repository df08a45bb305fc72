import { sql } from 'kysely';
import type { QueryOf } from '../../protocol/queries.ts';
import type { ReplyOf } from '../../protocol/replies.ts';
import type { QueryAnswer, QueryContext } from './context.ts';

/** Bytes of a reply around each value: commitment, salt and punctuation. */
const aroundBytes = 128;

/**
 * What commitments stand for: the one place of the server that gives out values of sealed columns. Who may ask is said
 * in server/auth/rights.ts.
 */
export async function sealedOpen(
  { database, pageBytesMax }: QueryContext,
  { commitments }: QueryOf<'sealed.open'>,
): Promise<QueryAnswer> {
  const { rows } = await sql<{ commitment: string; salt: string; value: string; beyond: number | null }>`
    SELECT commitment, encode(salt, 'hex') AS salt, value, beyond FROM (
      SELECT *, min(position) FILTER (WHERE before >= ${pageBytesMax}) OVER () AS beyond FROM (
        SELECT wanted.position, s.commitment, s.salt, s.value,
          sum(octet_length(s.value) + ${aroundBytes}) OVER (ORDER BY wanted.position)
            - octet_length(s.value) - ${aroundBytes} AS before
        FROM unnest(${commitments}::text[]) WITH ORDINALITY AS wanted (commitment, position)
        JOIN sealed_cell s ON s.commitment = wanted.commitment
      ) AS found
    ) AS measured
    WHERE before < ${pageBytesMax} ORDER BY position`.execute(database);
  const beyond = rows[0]?.beyond ?? null;
  const looked = beyond === null ? commitments.length : beyond - 1;
  const cells: ReplyOf<'sealed.open'>['cells'] = {};
  for (const { commitment, salt, value } of rows) {
    cells[commitment] = { salt: Buffer.from(salt, 'hex').toString('base64url'), value };
  }
  return { body: { cells, looked } satisfies ReplyOf<'sealed.open'> };
}
