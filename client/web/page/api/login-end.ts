import { codeOf, type GatewayProblem } from './problem.ts';

/** What is refused with these was asked without a login, or with one that has ended. */
const codes: ReadonlySet<string> = new Set(['login_required', 'session_expired']);

export function isLoginRefusal(error: unknown): boolean {
  return codes.has(codeOf(error) ?? '');
}

let tell: () => void = () => undefined;

/** Calls back when something was refused for want of a login; there is one who knows what that means. */
export function onLoginRefused(listener: () => void): void {
  tell = listener;
}

/** The problem as it is; whoever keeps the login hears of it. */
export function heard(problem: GatewayProblem): GatewayProblem {
  if (isLoginRefusal(problem)) tell();
  return problem;
}
