import { Alert, Group, Select } from '@mantine/core';
import { GatewayProblem } from '../../api/problem.ts';
import { plainWords } from '../../words/plain-words.ts';
import { ProblemLines } from './import-problems.tsx';
import type { ImportChoices, LineProblem } from './preview.ts';

interface Props {
  readonly error: unknown;
  readonly choices: ImportChoices;
  readonly onChange: (choices: ImportChoices) => void;
}

const titles: Readonly<Record<string, string>> = {
  unreadable: 'The file cannot be read',
  usage: 'This does not fit the file',
  conflict: 'The file does not fit the table',
  invalid: 'It cannot be imported',
  done_before: 'It was done already',
  dropped: 'It was not done',
  untold: 'It is not known whether it was done',
};

const encodings = [
  { value: 'auto', label: 'found by itself' },
  { value: 'utf-8', label: 'UTF-8' },
  { value: 'windows-1252', label: 'Windows-1252 (Excel)' },
  { value: 'utf-16le', label: 'UTF-16 LE' },
  { value: 'utf-16be', label: 'UTF-16 BE' },
];
const delimiters = [
  { value: 'auto', label: 'found by itself' },
  { value: ',', label: 'commas' },
  { value: ';', label: 'semicolons' },
  { value: '\t', label: 'tabs' },
  { value: '|', label: 'bars' },
];

/** Why a file cannot be imported as it is, and how else it may be read. */
export function ImportError({ error, choices, onChange }: Props) {
  const body = error instanceof GatewayProblem ? error.body : undefined;
  // Of a file each problem has a line and a reason; of anything else it is the server's.
  const problems = (body?.problems ?? []) as readonly unknown[] as readonly Partial<
    LineProblem & { message: string }
  >[];
  const lines = problems.map(({ reason, message, ...place }) => ({ ...place, reason: reason ?? message ?? '' }));
  return (
    <Alert color="red" role="alert" p="sm" title={titles[body?.code ?? ''] ?? 'It did not work'}>
      {plainWords(error)}
      {lines.length > 0 && <ProblemLines problems={lines} more={body?.more ?? 0} />}
      <Group gap="sm" mt="sm" align="flex-end">
        <Select
          size="xs"
          label="letters"
          allowDeselect={false}
          data={encodings}
          value={choices.encoding}
          onChange={(encoding) => onChange({ ...choices, encoding: encoding as ImportChoices['encoding'] })}
        />
        <Select
          size="xs"
          label="between columns"
          allowDeselect={false}
          data={delimiters}
          value={choices.delimiter}
          onChange={(delimiter) => onChange({ ...choices, delimiter: delimiter as ImportChoices['delimiter'] })}
        />
      </Group>
    </Alert>
  );
}
