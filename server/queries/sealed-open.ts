import { sql } from 'kysely';
import type { QueryOf } from '../../protocol/queries.ts';
import type { ReplyOf } from '../../protocol/replies.ts';
import type { QueryAnswer, QueryContext } from './context.ts';

/**
 * What commitments stand for: the one place of the server that gives out values of sealed columns. Who may ask is said
 * in server/auth/rights.ts.
 */
export async function sealedOpen(
  { database, pageBytesMax }: QueryContext,
  { commitments }: QueryOf<'sealed.open'>,
): Promise<QueryAnswer> {
  // One more than fits is found, to learn whether the reply was full.
  const { rows } = await sql<{ position: number; commitment: string; salt: string; value: string; before: number }>`
    SELECT position, commitment, encode(salt, 'hex') AS salt, value, before FROM (
      SELECT wanted.position, s.commitment, s.salt, s.value,
        sum(octet_length(s.value) + 128) OVER (ORDER BY wanted.position) - octet_length(s.value) - 128 AS before
      FROM unnest(${commitments}::text[]) WITH ORDINALITY AS wanted (commitment, position)
      JOIN sealed_cell s ON s.commitment = wanted.commitment
    ) AS measured
    WHERE before < ${2 * pageBytesMax} ORDER BY position`.execute(database);
  const beyond = rows.findIndex(({ before }) => Number(before) >= pageBytesMax);
  const given = beyond < 0 ? rows : rows.slice(0, beyond);
  const looked = beyond < 0 ? commitments.length : Number(rows[beyond]?.position ?? 0) - 1;
  const cells: ReplyOf<'sealed.open'>['cells'] = {};
  for (const { commitment, salt, value } of given) {
    cells[commitment] = { salt: Buffer.from(salt, 'hex').toString('base64url'), value };
  }
  return { body: { cells, looked } satisfies ReplyOf<'sealed.open'> };
}
