import { shownText } from '../../../../protocol/shown-text.ts';
import { GatewayProblem } from '../api/problem.ts';

/** What to do about what was refused, for codes whose own words leave it open. */
const words: Readonly<Partial<Record<string, string>>> = {
  last_administrator: 'This is the last administrator who can log in. Make somebody else an administrator first.',
  account_exists: 'There is an account of this name already.',
  account_not_found: 'This account is not there any more.',
  forbidden: 'Only administrators may do this.',
  login_required: 'Your login has ended. Log in again.',
  session_expired: 'Your login has ended. Log in again.',
  unreachable: 'The gateway does not answer. Is it still running?',
};

/** An error as people read it. */
export function plainWords(error: unknown): string {
  if (!(error instanceof GatewayProblem)) return error instanceof Error ? error.message : String(error);
  if (error.code === 'login_throttled' || error.code === 'busy') return `${sentence(error.message)}${waitWords(error)}`;
  return words[error.code] ?? sentence(error.message);
}

function waitWords({ body: { retryAfterMs } }: GatewayProblem): string {
  return retryAfterMs === undefined ? '' : ` Try again in ${Math.ceil(retryAfterMs / 1_000)} s.`;
}

function sentence(text: string): string {
  const shown = shownText(text);
  const first = shown.slice(0, 1).toUpperCase() + shown.slice(1);
  return /[.!?]$/.test(first) ? first : `${first}.`;
}
