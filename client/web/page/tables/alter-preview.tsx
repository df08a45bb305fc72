import { Alert, Loader, Text } from '@mantine/core';
import type { AlterStep } from '../../../../protocol/table.ts';
import { Words } from '../words/words.tsx';
import classes from './alter-preview.module.css';
import { effectWords, newlySealedBy } from './effect-words.ts';
import { ProblemAlert } from './problem-alert.tsx';
import type { DryRun } from './use-dry-run.ts';

interface Props {
  readonly steps: readonly AlterStep[];
  readonly rows: number;
  readonly dryRun: DryRun;
}

/** What changing a table would do, before it is done: the steps, and what the server says to them. */
export function AlterPreview({ steps, rows, dryRun: { state, error } }: Props) {
  if (steps.length === 0) return null;
  const sealed = newlySealedBy(steps);
  return (
    <section aria-label="what it does" aria-live="polite" className={classes.preview}>
      <Text size="xs" fw={600} c="var(--text-quiet)">
        What it does
      </Text>
      <ol className={classes.steps}>
        {steps.map((step) => (
          <li key={JSON.stringify(step)}>
            <Words sentence={effectWords(step, rows)} />
          </li>
        ))}
      </ol>
      {sealed.length > 0 && (
        <Alert color="orange" p="xs">
          What {sealed.join(', ')} held until now stays readable in the log for ever.
        </Alert>
      )}
      {state === 'asking' && <Loader size="xs" aria-label="the server looks at the rows" />}
      {state === 'allowed' && (
        <Text size="xs" c="var(--entered)">
          The server has looked at every row: it can be done.
        </Text>
      )}
      {state === 'refused' && <ProblemAlert error={error} />}
    </section>
  );
}
