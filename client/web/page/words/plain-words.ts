import type { Problem } from '../../../../protocol/errors.ts';
import { shownText } from '../../../../protocol/shown-text.ts';
import { GatewayProblem } from '../api/problem.ts';

/** What is said of errors whose own words are for programs, or leave open what to do. */
const words: Readonly<Partial<Record<string, string>>> = {
  last_administrator: 'This is the last administrator who can log in. Make somebody else an administrator first.',
  account_exists: 'There is an account of this name already.',
  account_not_found: 'This account is not there any more.',
  forbidden: 'Only administrators may do this.',
  login_required: 'Your login has ended. Log in again.',
  session_expired: 'Your login has ended. Log in again.',
  row_not_found: 'This row is not there any more.',
  table_not_found: 'This table is not there any more.',
  command_id_reused: 'This was sent once before, and is not quite the same now. Look at what is there, and begin anew.',
  too_large: 'This is too much at once. Do it in smaller parts, or import it as a file.',
  wrong_epoch:
    'The ledger was restored or begun anew since this address was written down: its numbers stand for other changes now.',
  ahead_of_server: 'This has not happened yet: the ledger has not come that far.',
  timeout: 'The server takes too long to answer. Try again.',
  closed: 'The connection to the server was lost. Try again.',
  unreachable: 'Rowcast does not answer. Is it still running?',
};

const unknownOutcome =
  'Nobody knows yet whether this was done: no answer has told. Send it again as it stands: it is done once, even if it has been done already.';

/** An error as people read it: what is wrong, and what they can do. */
export function plainWords(error: unknown): string {
  if (!(error instanceof GatewayProblem)) return sentenceOf(error instanceof Error ? error.message : String(error));
  const { code, body } = error;
  if (body.outcomeUnknown === true) return unknownOutcome;
  if (body.retryAfterMs === undefined) return words[code] ?? sentenceOf(error.message);
  // What programs are to do stands behind a semicolon.
  const [what = ''] = error.message.split(';');
  return `${sentenceOf(what)} Try again in ${Math.ceil(body.retryAfterMs / 1_000)} s.`;
}

/** One thing that is wrong with a command: where, unless its own words say so, and what. */
export function problemWords({ key, column, message }: Pick<Problem, 'key' | 'column' | 'message'>): string {
  const row = key === undefined || message.includes(key) ? [] : [`row ${key}`];
  const place = column === undefined || message.startsWith(column) ? row : [...row, column];
  return shownText([...place, message].join(': '));
}

function sentenceOf(text: string): string {
  const shown = shownText(text);
  const first = shown.slice(0, 1).toUpperCase() + shown.slice(1);
  return /[.!?]$/.test(first) ? first : `${first}.`;
}
