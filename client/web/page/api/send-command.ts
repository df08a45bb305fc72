import { nanoid } from 'nanoid';
import type { ReplyOf } from '../../../../protocol/replies.ts';
import { useLedger } from '../ledger/ledger-state.ts';
import { untilLogin } from '../ledger/until-login.ts';
import { isLoginRefusal } from './login-end.ts';
import { isOpen, isPassing } from './outcome.ts';
import { pause, retryMs } from './pause.ts';
import { GatewayProblem } from './problem.ts';
import { request } from './request.ts';

type CommandType =
  | 'row.insert'
  | 'row.update'
  | 'row.delete'
  | 'row.erase'
  | 'batch'
  | 'change.revert'
  | 'table.create'
  | 'table.alter'
  | 'table.drop'
  | 'tag.set'
  | 'account.add'
  | 'account.change'
  | 'account.remove'
  | 'account.password';
type Fields<Type extends CommandType> = Parameters<typeof request<Type>>[1];

/** Milliseconds for which a command whose outcome is unknown is sent again. */
const tryMsMax = 60_000;
/** Commands whose outcome stayed unknown that are remembered. */
const openMax = 100;

/** By what was asked, and by whom, the ids of commands whose outcome stayed unknown. */
const openIds = new Map<string, string>();

/** What a command did, and the id under which it stands in the log. */
export interface Sent<Type extends CommandType> {
  readonly id: string;
  readonly reply: ReplyOf<Type>;
}

/**
 * Sends a command under an id of its own, and again under the same id while its outcome is unknown: so it takes effect
 * once, however often the connection breaks; also behind a login that has ended meanwhile, when the same person logs in again
 * soon. When it is given up without having become known, the same command goes under that id also when the person sends it
 * again. @throws GatewayProblem with `outcomeUnknown` where that is so
 */
export async function sendCommand<Type extends CommandType>(type: Type, fields: Fields<Type>): Promise<Sent<Type>> {
  const user = useLedger.getState().login?.user;
  const asked = JSON.stringify([user, type, fields]);
  const id = openIds.get(asked) ?? nanoid();
  const until = performance.now() + tryMsMax;
  for (;;) {
    try {
      const reply = await request(type, fields, { id });
      openIds.delete(asked);
      return { id, reply };
    } catch (error) {
      if (isOpen(error)) keep(asked, id);
      if (isPassing(error) && performance.now() < until && (await isStillThere(user))) continue;
      if (isLoginRefusal(error) && openIds.has(asked) && (await isBack(user, until))) continue;
      throw openIds.has(asked) ? untold(error) : error;
    }
  }
}

/** What a command would do. @throws GatewayProblem */
export async function tryCommand<Type extends CommandType>(type: Type, fields: Fields<Type>): Promise<ReplyOf<Type>> {
  return await request(type, fields, { id: nanoid(), dryRun: true });
}

function keep(asked: string, id: string): void {
  openIds.set(asked, id);
  const [oldest] = openIds.keys();
  if (openIds.size > openMax && oldest !== undefined) openIds.delete(oldest);
}

/** Whether nobody else has logged in after a pause: what one person began does not go out under the name of another. */
async function isStillThere(user: string | undefined): Promise<boolean> {
  await pause(retryMs);
  const now = useLedger.getState().login?.user;
  return now === undefined || now === user;
}

/** Whether this person has logged in again by then. */
async function isBack(user: string | undefined, until: number): Promise<boolean> {
  await untilLogin(AbortSignal.timeout(Math.max(until - performance.now(), 0)));
  return useLedger.getState().login?.user === user;
}

/** Says what is known of a command that may have been done; a refusal says it by itself. */
function untold(error: unknown): unknown {
  if (!(error instanceof GatewayProblem)) return error;
  if (!isOpen(error) && !isPassing(error) && !isLoginRefusal(error)) return error;
  return new GatewayProblem({ ...error.body, outcomeUnknown: true });
}
