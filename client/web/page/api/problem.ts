import type { ErrorBody } from '../../../../protocol/errors.ts';

/** What the gateway refused, or why it could not be asked. `code`: of the protocol, or one of the gateway's own. */
export interface ProblemBody extends Omit<ErrorBody, 'code'> {
  readonly code: string;
  /** Of a command: under which it may be sent again. */
  readonly id?: string;
  readonly outcomeUnknown?: boolean;
}

/** An answer of the gateway that is none; matched by its code, never by its text. */
export class GatewayProblem extends Error {
  override readonly name = 'GatewayProblem';
  readonly code: string;
  readonly body: ProblemBody;

  constructor(body: ProblemBody) {
    super(body.message);
    this.code = body.code;
    this.body = body;
  }
}

/** An answer did not come to its end. */
export function cut(): GatewayProblem {
  return new GatewayProblem({ code: 'cut', message: 'the answer was cut off' });
}

/** No gateway answered. */
export const unreachable = 'unreachable';

/** With these a proxy says that it does not reach the gateway. */
const proxyStatuses: ReadonlySet<number> = new Set([502, 503, 504]);

/** The problem in an answer that is not `ok`. */
export async function problemOf(response: Response): Promise<GatewayProblem> {
  return problemIn(await response.text().catch(() => ''), response.status);
}

/** The same of an answer whose text is there. */
export function problemIn(text: string, status: number): GatewayProblem {
  try {
    return new GatewayProblem((JSON.parse(text) as { error: ProblemBody }).error);
  } catch {
    return proxyStatuses.has(status)
      ? new GatewayProblem({ code: unreachable, message: `a proxy answered ${status}: it does not reach the gateway` })
      : new GatewayProblem({
          code: 'internal',
          message: `the answer was ${status}, and not one of Rowcast: is something else at this address?`,
        });
  }
}

export function codeOf(error: unknown): string | undefined {
  return error instanceof GatewayProblem ? error.code : undefined;
}
