import { Alert } from '@mantine/core';
import { shownText } from '../../../../../protocol/shown-text.ts';
import { amount, count } from '../../words/sentence.ts';
import classes from './import.module.css';
import type { ImportPreview, LineProblem } from './preview.ts';

/** The lines of a file that cannot be imported. */
export function ImportProblems({ preview: { problems, problemCount } }: { readonly preview: ImportPreview }) {
  return (
    <Alert
      color="red"
      role="alert"
      p="sm"
      title={`${count(problemCount, 'thing is', 'things are')} wrong, and nothing can be imported until that is mended`}
    >
      <ProblemLines problems={problems} more={problemCount - problems.length} />
    </Alert>
  );
}

interface LinesProps {
  readonly problems: readonly LineProblem[];
  readonly more: number;
}

export function ProblemLines({ problems, more }: LinesProps) {
  return (
    <>
      <ol className={classes.problems}>
        {problems.map((problem) => (
          <li key={JSON.stringify(problem)}>
            <span className={classes.quiet}>{problem.line === undefined ? '' : `line ${problem.line}`}</span>
            <span>
              {problem.column !== undefined && <b>{shownText(problem.column)} </b>}
              {shownText(problem.reason)}
            </span>
          </li>
        ))}
      </ol>
      {more > 0 && `… and ${amount(more)} more`}
    </>
  );
}
