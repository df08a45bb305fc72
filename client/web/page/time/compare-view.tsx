import { Badge, Group, Switch, Text } from '@mantine/core';
import { lazy, Suspense, useMemo } from 'react';
import { usePlace } from '../address/use-place.ts';
import { useNoRows } from '../shell/first-paint.ts';
import { OwnNoteLine } from '../table/toolbar/own-note-line.tsx';
import { amount, sentenceText } from '../words/sentence.ts';
import { stepWords } from '../words/step-words.ts';
import { CompareFiles } from './compare-files.tsx';
import classes from './compare-view.module.css';
import { allRows } from './compared-rows.ts';
import { MomentProblem } from './moment-problem.tsx';
import { type Compared, useComparison } from './use-comparison.ts';
import { useDefinition } from './use-definition.ts';
import { useRows } from './use-rows.ts';

/** It brings the code of the grid. */
const ComparedGrid = lazy(async () => ({ default: (await import('./compared-grid.tsx')).ComparedGrid }));

interface Props {
  readonly table: string;
  readonly since: string;
  /** Undefined: the present, which moves on. */
  readonly at: string | undefined;
}

/** What differs in a table between two moments: rows that entered, left and changed, with what their cells were. */
export function CompareView({ table, since, at }: Props) {
  useNoRows();
  const { compared, problem } = useComparison(table, since, at);
  const [{ showsSame }, go] = usePlace();
  const definition = useDefinition(table, at, compared?.change);
  const rows = useRows(showsSame ? table : undefined, at);
  const shown = useMemo(() => {
    if (compared === undefined) return [];
    return allRows(compared.rows, showsSame ? rows : []);
  }, [compared, showsSame, rows]);
  if (problem !== undefined) return <MomentProblem problem={problem} table={table} at={at ?? since} />;
  if (compared === undefined || definition === undefined) return null;
  return (
    <section className={classes.view} aria-label={`changes of table ${table}`}>
      <Group className={classes.bar} gap="sm">
        <Text component="h2" fw={600} size="lg" m={0}>
          {table}
        </Text>
        <Counts compared={compared} />
        <TableWords compared={compared} />
        <CompareFiles table={table} since={since} at={at} definition={definition} />
        <Switch
          size="xs"
          label="only changes"
          checked={!showsSame}
          onChange={({ currentTarget }) => go({ showsSame: !currentTarget.checked }, { replace: true })}
        />
      </Group>
      <Suspense>
        <ComparedGrid definition={definition} rows={shown} />
      </Suspense>
      <OwnNoteLine />
    </section>
  );
}

function Counts({ compared: { counts } }: { readonly compared: Compared }) {
  const { entered, left, changed } = counts;
  if (entered + left + changed === 0) {
    return (
      <Text size="sm" c="var(--text-quiet)">
        no row differs
      </Text>
    );
  }
  return (
    <Text size="sm" role="status">
      <span className={classes.entered}>{amount(entered)} entered</span>
      {' · '}
      <span className={classes.leftCount}>{amount(left)} left</span>
      {' · '}
      <span className={classes.changed}>{amount(changed)} changed</span>
    </Text>
  );
}

/** What became of the table itself. */
function TableWords({ compared: { change } }: { readonly compared: Compared }) {
  const isBack = change.from > change.to;
  const words = change.tables.flatMap(({ op, steps = [] }) =>
    op === 'alter'
      ? steps.map((step) => `${isBack ? 'back: ' : ''}column ${sentenceText(stepWords(step))}`)
      : [`the table was ${(op === 'create') === isBack ? 'dropped' : 'made'}${isBack ? ' since' : ''}`],
  );
  return words.map((word) => (
    <Badge key={word} variant="light" color="orange" tt="none" fw={500}>
      {word}
    </Badge>
  ));
}
