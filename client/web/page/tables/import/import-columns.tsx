import { Checkbox, Radio, Table, Text } from '@mantine/core';
import { shownText } from '../../../../../protocol/shown-text.ts';
import { keyTypes } from '../../../../../protocol/table.ts';
import type { ColumnType } from '../../../../../protocol/values.ts';
import { count } from '../../words/sentence.ts';
import { TypeSelect } from '../type-select.tsx';
import classes from './import.module.css';
import type { FileColumn, ImportChoices, ImportPreview } from './preview.ts';

interface Props {
  readonly preview: ImportPreview;
  readonly choices: ImportChoices;
  readonly onChange: (choices: ImportChoices) => void;
}

/** What the file is, and its columns: of a new table their types may be changed, and the key. */
export function ImportColumns({ preview, choices, onChange }: Props) {
  const { file, isNew, key, definition } = preview;
  const canKey = isNew || definition.key === undefined;
  const typeOf = (column: FileColumn): ColumnType =>
    choices.types[column.name] ?? definition.columns.find(({ name }) => name === column.name)?.type ?? column.type;
  const toggle = ({ name }: FileColumn): void => {
    const isSkipped = choices.skip.includes(name);
    const skip = isSkipped ? choices.skip.filter((one) => one !== name) : [...choices.skip, name];
    onChange({ ...choices, skip });
  };
  return (
    <section aria-label="columns of the file">
      <Text size="sm" fw={500}>
        {count(file.rows, 'row')}{' '}
        <Text span size="xs" c="var(--text-quiet)">
          {fileWords(preview)}
        </Text>
      </Text>
      {file.notes.map((note) => (
        <Text key={note} size="xs" c="var(--changed)">
          {shownText(note)}
        </Text>
      ))}
      <div className={classes.scroll}>
        <Table verticalSpacing={4} aria-label="columns">
          <Table.Thead>
            <Table.Tr>
              <Table.Th>take</Table.Th>
              <Table.Th>column</Table.Th>
              <Table.Th>type</Table.Th>
              {canKey && <Table.Th>key</Table.Th>}
              <Table.Th visibleFrom="xs">for example</Table.Th>
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {file.columns.map((column) => {
              const isSkipped = choices.skip.includes(column.name);
              const type = typeOf(column);
              return (
                <Table.Tr key={column.name} data-skipped={isSkipped || undefined} className={classes.column}>
                  <Table.Td>
                    <Checkbox
                      size="xs"
                      aria-label={`take ${column.name}`}
                      checked={!isSkipped}
                      onChange={() => toggle(column)}
                    />
                  </Table.Td>
                  <Table.Td className={classes.name}>{shownText(column.name)}</Table.Td>
                  <Table.Td>
                    {isNew ? (
                      <TypeSelect
                        size="xs"
                        w={120}
                        aria-label={`type of ${column.name}`}
                        value={type}
                        disabled={isSkipped}
                        onChange={(to) => onChange({ ...choices, types: { ...choices.types, [column.name]: to } })}
                      />
                    ) : (
                      type
                    )}
                  </Table.Td>
                  {canKey && (
                    <Table.Td>
                      <Radio
                        size="xs"
                        aria-label={`${column.name} is the key`}
                        checked={key === column.name}
                        disabled={isSkipped || (isNew && !keyTypes.has(type))}
                        onChange={() => onChange({ ...choices, key: `column:${column.name}` })}
                      />
                    </Table.Td>
                  )}
                  <Table.Td visibleFrom="xs" className={classes.samples}>
                    {shownText(column.samples.join('  ·  '))}
                  </Table.Td>
                </Table.Tr>
              );
            })}
            {canKey && (
              <Table.Tr>
                <Table.Td colSpan={3} className={classes.quiet}>
                  no column: keys are made of what the rows hold
                </Table.Td>
                <Table.Td>
                  <Radio
                    size="xs"
                    aria-label="no column is the key"
                    checked={key === undefined}
                    onChange={() => onChange({ ...choices, key: 'none' })}
                  />
                </Table.Td>
                <Table.Td visibleFrom="xs" />
              </Table.Tr>
            )}
          </Table.Tbody>
        </Table>
      </div>
    </section>
  );
}

const delimiters: Readonly<Record<string, string>> = { ',': 'commas', ';': 'semicolons', '\t': 'tabs', '|': 'bars' };

function fileWords({ file: { format, encoding, delimiter } }: ImportPreview): string {
  const kind = delimiter === undefined ? format.toUpperCase() : `CSV with ${delimiters[delimiter] ?? delimiter}`;
  return `${kind}, ${encoding.toUpperCase()}`;
}
