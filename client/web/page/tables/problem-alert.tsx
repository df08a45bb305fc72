import { Alert } from '@mantine/core';
import { GatewayProblem } from '../api/problem.ts';
import { plainWords, problemWords } from '../words/plain-words.ts';
import { amount } from '../words/sentence.ts';
import classes from './problem-alert.module.css';
import type { ToldProblem } from './table-form.ts';

/** Problems that are listed; a number tells the others. */
const shownMax = 20;

interface Props {
  readonly error: unknown;
  /** Those that are not told elsewhere; all of them when left out. */
  readonly problems?: readonly ToldProblem[];
}

/** Why the server refused something, with the rows and columns that it names. */
export function ProblemAlert({ error, problems }: Props) {
  if (error === undefined || error === null) return null;
  const body = error instanceof GatewayProblem ? error.body : undefined;
  const listed = problems ?? body?.problems ?? [];
  const [first] = listed;
  const isOne = listed.length === 1 && first?.key === undefined && first?.message === body?.message;
  const more = Math.max(listed.length - shownMax, 0) + (body?.more ?? 0);
  return (
    <Alert color="red" role="alert" p="xs">
      {listed.length > 0 && !isOne ? 'The server refuses it:' : plainWords(error)}
      {!isOne && listed.length > 0 && (
        <ul className={classes.list}>
          {listed.slice(0, shownMax).map((problem) => (
            <li key={problemWords(problem)}>{problemWords(problem)}</li>
          ))}
        </ul>
      )}
      {more > 0 && `… and ${amount(more)} more`}
    </Alert>
  );
}
