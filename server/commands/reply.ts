import type { ErrorBody, Problem } from '../../protocol/errors.ts';
import { limits } from '../../protocol/limits.ts';
import type { Outcome } from '../../protocol/replies.ts';

/** The body of the reply to a granted command, without the epoch. */
export function replyBody(isBatch: boolean, outcomes: readonly Outcome[]): object {
  const [first] = outcomes;
  if (!isBatch && first !== undefined) return first;
  const seq = outcomes.reduce((last, outcome) => Math.max(last, outcome.seq), 0);
  const changes = outcomes.filter(({ changed }) => changed).length;
  return { seq, changed: changes > 0, changes, results: outcomes };
}

/** Lists problems as far as a refusal may; of `total`, when these are not all. */
export function refusal(problems: readonly Problem[], total = problems.length): ErrorBody {
  const [first] = problems;
  if (first === undefined) throw new Error('a refusal without a problem');
  const listed = problems.slice(0, limits.problemsMax);
  const more = total - listed.length;
  const message = total === 1 ? first.message : `${first.message} (and ${total - 1} more)`;
  return { code: first.code, message, problems: listed, ...(more > 0 ? { more } : {}) };
}
