import type { Context } from 'hono';
import type { ContentfulStatusCode } from 'hono/utils/http-status';
import { ImportError, RowcastError, type RowcastErrorCode, SampleError } from '../../index.ts';
import type { Environment } from './environment.ts';

/** Codes of the gateway's own, beside the library's. */
type GatewayCode = 'door_closed' | 'wrong_host' | 'wrong_origin' | 'wrong_method' | 'wrong_content' | 'not_found';

/** How each code is told to whoever looks at the status only; the body has the code itself. */
const statuses: Partial<Record<RowcastErrorCode, ContentfulStatusCode>> = {
  bad_request: 400,
  invalid: 422,
  unknown_type: 404,
  too_large: 413,
  login_required: 401,
  session_expired: 401,
  login_failed: 401,
  login_throttled: 429,
  forbidden: 403,
  table_not_found: 404,
  row_not_found: 404,
  tag_not_found: 404,
  account_not_found: 404,
  busy: 503,
  unavailable: 503,
  timeout: 504,
  closed: 503,
  internal: 500,
  protocol: 502,
};

const ownStatuses: Record<GatewayCode, ContentfulStatusCode> = {
  door_closed: 401,
  wrong_host: 403,
  wrong_origin: 403,
  wrong_method: 405,
  wrong_content: 415,
  not_found: 404,
};

/** Anything else is a conflict with what is there. */
const conflict = 409;

/**
 * An error as every route answers it: `{"error": {"code", "message", "problems"? …}}`. Where it says that the login has
 * ended, it has ended here too.
 */
export function refuse(context: Context<Environment>, error: unknown): Response {
  if (error instanceof RowcastError) {
    const { visitor, upstream } = context.var;
    if (error.code === 'session_expired') void visitor?.expire(upstream);
    return context.json({ error: bodyOf(error) }, statuses[error.code] ?? conflict);
  }
  if (error instanceof ImportError) return context.json({ error: errorBody(error) }, 422);
  if (error instanceof SampleError) return context.json({ error: errorBody(error) }, conflict);
  throw error;
}

/** What it is stands in the log of the gateway, and is for who runs it. */
const fault = { code: 'internal', message: 'the gateway has failed; its log says how' } as const;

/** Problems of a file that are told; a count says how many more there are. */
export const shownProblems = 100;

/** An error as the last line of an answer that had begun. */
export function errorBody(error: unknown): object {
  if (error instanceof RowcastError) return bodyOf(error);
  if (error instanceof SampleError) return { code: error.code, message: error.message };
  if (error instanceof ImportError) {
    const { code, message, problems, more } = error;
    const left = Math.max(problems.length - shownProblems, 0) + more;
    return { code, message, problems: problems.slice(0, shownProblems), ...(left > 0 && { more: left }) };
  }
  console.error(error);
  return fault;
}

/** The server's own words, and what the library knows besides: the id of the command, and whether it may have taken effect. */
function bodyOf(error: RowcastError): object {
  const { code, message, body, id, outcomeUnknown } = error;
  return { code, message, ...body, id, ...(outcomeUnknown ? { outcomeUnknown } : {}) };
}

export function refuseDoor(context: Context, code: GatewayCode, message: string): Response {
  return context.json({ error: { code, message } }, ownStatuses[code]);
}

/** A fault of the gateway: what it is stands in its log, not in the answer. */
export function refuseFault(context: Context): Response {
  return context.json({ error: fault }, 500);
}
