import { expect } from 'vitest';
import type { ErrorBody } from '../../../protocol/errors.ts';
import type { Query } from '../../../protocol/queries.ts';
import { Refused } from '../../../server/refused.ts';
import type { Stack } from '../stack.ts';

/** Why a query is refused; it must be by a Refused, as everything else is answered `internal`. */
export async function refusedQuery(stack: Stack, query: Query): Promise<ErrorBody> {
  const error: unknown = await stack.queries.answer(query).then(
    ({ body }) => expect.fail(`granted: ${JSON.stringify(body)}`),
    (cause: unknown) => cause,
  );
  if (error instanceof Refused) return error.body;
  throw error;
}
