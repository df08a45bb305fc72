import { nanoid } from 'nanoid';
import type { ReplyOf } from '../../../../../protocol/replies.ts';
import { codeOf, GatewayProblem, unreachable } from '../../api/problem.ts';
import { request } from '../../api/request.ts';

type CommandType = 'row.insert' | 'row.update' | 'row.delete' | 'row.erase' | 'batch' | 'change.revert';
type Fields<Type extends CommandType> = Parameters<typeof request<Type>>[1];

/** Milliseconds for which a command whose outcome is unknown is sent again, and between two tries. */
const tryMsMax = 60_000;
const retryMs = 1_000;

/** The same command may be sent again under the same id. */
const passing: ReadonlySet<string> = new Set([unreachable, 'busy', 'unavailable', 'timeout', 'closed']);

/** What a command did, and the id under which it stands in the log. */
export interface Sent<Type extends CommandType> {
  readonly id: string;
  readonly reply: ReplyOf<Type>;
}

/**
 * Sends a command under an id of its own, and again under the same id while its outcome is unknown: so it takes effect
 * once, however often the connection breaks. @throws GatewayProblem
 */
export async function sendCommand<Type extends CommandType>(type: Type, fields: Fields<Type>): Promise<Sent<Type>> {
  const id = nanoid();
  const until = performance.now() + tryMsMax;
  for (;;) {
    try {
      return { id, reply: await request(type, fields, { id }) };
    } catch (error) {
      if (!isPassing(error) || performance.now() > until) throw error;
      await new Promise((resolve) => setTimeout(resolve, retryMs));
    }
  }
}

/** What a command would do. @throws GatewayProblem */
export async function tryCommand<Type extends CommandType>(type: Type, fields: Fields<Type>): Promise<ReplyOf<Type>> {
  return await request(type, fields, { id: nanoid(), dryRun: true });
}

function isPassing(error: unknown): boolean {
  const isUnknown = error instanceof GatewayProblem && error.body.outcomeUnknown === true;
  return isUnknown || passing.has(codeOf(error) ?? '');
}
