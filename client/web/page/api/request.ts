import type { ReplyOf } from '../../../../protocol/replies.ts';
import type { RequestOf, RequestType } from '../../../../protocol/requests.ts';
import { heard } from './login-end.ts';
import { cut, GatewayProblem, problemOf, unreachable } from './problem.ts';

export interface RequestOptions {
  /** Of a command: sent again under it, it takes effect once. */
  readonly id?: string | undefined;
  readonly dryRun?: true | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** Without `null` and undefined among the fields. */
type Fields<Type extends RequestType> = Omit<RequestOf<Type>, 'type'>;

/**
 * Sends a request of the protocol through the gateway. @throws GatewayProblem
 * @example const { tables } = await request('table.list', {});
 */
export async function request<Type extends RequestType>(
  type: Type,
  fields: Fields<Type>,
  { id, dryRun, signal }: RequestOptions = {},
): Promise<ReplyOf<Type>> {
  return (await post(`/api/${type}`, { ...fields, id, dryRun }, signal)) as ReplyOf<Type>;
}

/** @throws GatewayProblem */
export async function post(path: string, body: object, signal?: AbortSignal): Promise<unknown> {
  const response = await ask(path, posted(body, signal));
  try {
    return (await response.json()) as unknown;
  } catch (error) {
    if (signal?.aborted === true) throw error;
    throw cut();
  }
}

/** A deed as the gateway takes it: with a header that pages of others cannot send. */
export function posted(body: object, signal?: AbortSignal): RequestInit {
  const headers = { 'content-type': 'application/json', 'x-rowcast': '1' };
  return { method: 'POST', headers, body: JSON.stringify(body), signal: signal ?? null };
}

/** @throws GatewayProblem when the answer is not `ok`, and when there is none */
export async function ask(path: string, init: RequestInit = {}): Promise<Response> {
  let response: Response;
  try {
    response = await fetch(path, init);
  } catch (error) {
    if (init.signal?.aborted === true) throw error;
    throw new GatewayProblem({ code: unreachable, message: 'the gateway does not answer' });
  }
  if (!response.ok) throw heard(await problemOf(response));
  return response;
}
