import { Anchor, Autocomplete, Radio, Stack, Text } from '@mantine/core';
import { tableNameSchema } from '../../../../../protocol/names.ts';
import { usePlace } from '../../address/use-place.ts';
import { useLedger } from '../../ledger/ledger-state.ts';
import { count } from '../../words/sentence.ts';
import { type ImportChoices, type ImportMode, importModes } from './preview.ts';

interface Props {
  readonly choices: ImportChoices;
  readonly isBusy: boolean;
  readonly onChange: (choices: ImportChoices) => void;
}

const modeWords: Readonly<Record<ImportMode, readonly [name: string, words: string]>> = {
  insert: ['add', 'The rows are new; one whose key is there with other values is refused.'],
  upsert: ['add and change', 'Rows whose key is there are changed in the columns of the file; the others are new.'],
  mirror: ['mirror', 'The table becomes what the file is: rows that are not in it are deleted.'],
};

/** Into which table the rows go, and how. */
export function ImportTarget({ choices, isBusy, onChange }: Props) {
  const tables = useLedger((state) => state.tables);
  const [place] = usePlace();
  const { table, mode } = choices;
  const summary = tables.find(({ definition }) => definition.name === table);
  const problem = tableNameSchema.safeParse(table).error?.issues[0]?.message;
  const choose = (name: string): void => {
    const isThere = tables.some(({ definition }) => definition.name === name);
    onChange({
      ...choices,
      table: name,
      mode: isThere ? (mode === 'insert' ? 'upsert' : mode) : 'insert',
      types: {},
      skip: [],
    });
  };
  return (
    <Stack gap="xs">
      <Autocomplete
        label="Table"
        description={summary === undefined ? 'a new one' : `is there, with ${count(summary.rows ?? 0, 'row')}`}
        data={tables.map(({ definition }) => definition.name)}
        value={table}
        onChange={choose}
        error={table === '' ? 'needs a name' : problem}
        disabled={isBusy}
        spellCheck={false}
      />
      {summary === undefined && place.table !== undefined && !isBusy && (
        <Anchor component="button" type="button" size="xs" ta="left" onClick={() => choose(place.table ?? table)}>
          into {place.table} instead
        </Anchor>
      )}
      {summary !== undefined && (
        <Radio.Group
          label="What is done with the rows"
          value={mode}
          onChange={(to) => onChange({ ...choices, mode: to as ImportMode })}
        >
          <Stack gap={6} mt={6}>
            {importModes.map((one) => (
              <Radio
                key={one}
                value={one}
                size="xs"
                disabled={isBusy}
                label={
                  <Text size="sm" span>
                    <b>{modeWords[one][0]}</b>{' '}
                    <Text span c="var(--text-quiet)">
                      {modeWords[one][1]}
                    </Text>
                  </Text>
                }
              />
            ))}
          </Stack>
        </Radio.Group>
      )}
    </Stack>
  );
}
