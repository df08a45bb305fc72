import { Text } from '@mantine/core';
import { useMediaQuery } from '@mantine/hooks';
import { IconTable } from '@tabler/icons-react';
import type { TableSummary } from '../../../../protocol/replies.ts';
import { usePlace } from '../address/use-place.ts';
import { count } from '../words/sentence.ts';
import classes from './step.module.css';
import { Step } from './step.tsx';

/** Tables that are offered here; all of them are in the side bar. */
const offeredMax = 8;

/** The tables to choose from, where the side bar is not in view. */
export function TableSteps({ tables }: { readonly tables: readonly TableSummary[] }) {
  const [, go] = usePlace();
  const isBarHidden = useMediaQuery('(width < 48em)', false, { getInitialValueInEffect: false });
  if (!isBarHidden || tables.length === 0) return null;
  const more = tables.length - offeredMax;
  return (
    <nav className={classes.steps} aria-label="tables to choose from">
      {tables.slice(0, offeredMax).map(({ definition: { name }, rows }) => (
        <Step
          key={name}
          Icon={IconTable}
          title={name}
          words={rows === undefined ? 'open it' : count(rows, 'row')}
          onClick={() => go({ table: name })}
        />
      ))}
      {more > 0 && (
        <Text size="xs" c="var(--text-quiet)">
          {count(more, 'more table')} in the menu, above left
        </Text>
      )}
    </nav>
  );
}
