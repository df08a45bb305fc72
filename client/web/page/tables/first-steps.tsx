import { Text } from '@mantine/core';
import { IconFileImport, IconPackage, IconTablePlus, IconUsers } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { ask } from '../api/request.ts';
import { useLedger } from '../ledger/ledger-state.ts';
import { useRight } from '../people/rights.ts';
import { chooseFile } from './choose-file.ts';
import { createTable } from './dialogs.ts';
import { LoginHint } from './login-hint.tsx';
import { ProblemAlert } from './problem-alert.tsx';
import classes from './step.module.css';
import { Step } from './step.tsx';
import { type SampleName, useSample } from './use-sample.ts';

const sampleWords: Readonly<Record<SampleName, readonly [title: string, words: string]>> = {
  employees: ['load the employees', 'some fifty invented people, whose pay only administrators read'],
  'mime-db': [
    'load mime-db',
    'the file types of the web, eight versions one after another: watch 2,500 rows come and change',
  ],
};

/** What there is to do with a ledger that is empty, or nearly. */
export function FirstSteps({ isFresh }: { readonly isFresh: boolean }) {
  const right = useRight();
  const names = useLedger((state) => state.tables).map(({ definition }) => definition.name);
  const sample = useSample();
  const { data = [] } = useQuery({ queryKey: ['samples'], queryFn: readSamples, staleTime: Number.POSITIVE_INFINITY });
  if (right === 'no') return isFresh ? <LoginHint /> : null;
  const left = data.filter(({ table }) => !names.includes(table) || sample.name !== undefined);
  return (
    <div className={classes.steps}>
      {left.map(({ name }) => (
        <Step
          key={name}
          Icon={name === 'employees' ? IconUsers : IconPackage}
          title={sampleWords[name][0]}
          words={sample.name === name && sample.told !== undefined ? sample.told : sampleWords[name][1]}
          isBusy={sample.name === name}
          isDisabled={sample.name !== undefined}
          onClick={() => sample.load(name)}
        />
      ))}
      <Step
        Icon={IconTablePlus}
        title="make a table"
        words="name its columns, and what they demand"
        onClick={createTable}
      />
      <Step
        Icon={IconFileImport}
        title="import a file"
        words="a table as CSV or JSON; or drop it anywhere on the page"
        onClick={() => chooseFile()}
      />
      <ProblemAlert error={sample.error} />
      {right === 'login' && (
        <Text size="xs" c="var(--text-quiet)">
          You are asked to log in first: the terminal in which Rowcast was started shows the name and the password.
        </Text>
      )}
    </div>
  );
}

interface Sample {
  readonly name: SampleName;
  readonly table: string;
}

async function readSamples(): Promise<readonly Sample[]> {
  const { samples } = (await (await ask('/api/samples')).json()) as { samples: readonly Sample[] };
  return samples;
}
