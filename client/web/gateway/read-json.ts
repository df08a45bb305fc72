import type { Context } from 'hono';
import { decodeJson, type Json, JsonError, RowcastError } from '../../index.ts';

/**
 * The body of a request, read as the server reads it: a number that would be rounded, or a name that stands twice, is
 * refused here too, as what is passed on would be another thing than was sent.
 * @param advice what to write instead, where there is one thing only
 * @throws RowcastError `bad_request`
 */
export async function jsonBody({ req }: Context, advice?: string): Promise<Json> {
  const bytes = new Uint8Array(await req.arrayBuffer());
  return readJson(() => decodeJson(bytes), 'the body', advice);
}

/** @throws RowcastError `bad_request`, in the words of the server */
export function readJson(read: () => Json, what: string, advice?: string): Json {
  try {
    return read();
  } catch (error) {
    if (!(error instanceof JsonError)) throw error;
    const message = `${what}: ${error.message}${advice === undefined ? '' : `; ${advice}`}`;
    throw new RowcastError('bad_request', message, { cause: error });
  }
}
