import { Alert, Stack, Table, Text } from '@mantine/core';
import { shownText } from '../../../../../protocol/shown-text.ts';
import type { ColumnType } from '../../../../../protocol/values.ts';
import { cellWord } from '../../words/cell-words.ts';
import { amount, count, type Sentence, word } from '../../words/sentence.ts';
import { Words } from '../../words/words.tsx';
import classes from './import.module.css';
import type { ChangeKind, ImportPreview, SampleChange } from './preview.ts';

const kinds: readonly ChangeKind[] = ['inserts', 'updates', 'deletes'];
const words: Readonly<Record<ChangeKind | 'unchanged', string>> = {
  inserts: 'new rows',
  updates: 'changed rows',
  deletes: 'deleted rows',
  unchanged: 'the same already',
};

/** What an import would do, in numbers and with the first changes of each kind. */
export function ImportCounts({ preview }: { readonly preview: ImportPreview }) {
  const { counts, isNew, samples, isJudged } = preview;
  const isNothing = !isNew && counts.inserts + counts.updates + counts.deletes === 0;
  if (isNothing) {
    return (
      <Alert p="sm" title="Nothing to do">
        The table holds all of it already: {count(counts.unchanged, 'row is', 'rows are')} the same.
      </Alert>
    );
  }
  return (
    <Stack gap="sm" aria-live="polite">
      <div className={classes.counts} hidden={isNew}>
        {[...kinds, 'unchanged' as const].map((kind) => (
          <div
            key={kind}
            className={`${classes.count} ${classes[kind] ?? ''}`}
            data-some={counts[kind] > 0 || undefined}
          >
            <b>{amount(counts[kind])}</b>
            {words[kind]}
          </div>
        ))}
      </div>
      {kinds.map((kind) => samples[kind].length > 0 && <Samples key={kind} kind={kind} preview={preview} />)}
      {!isJudged && (
        <Text size="xs" c="var(--text-quiet)">
          It is large: the server judges it when it is imported, and then takes all of it or nothing.
        </Text>
      )}
    </Stack>
  );
}

function Samples({ kind, preview }: { readonly kind: ChangeKind; readonly preview: ImportPreview }) {
  const { samples, counts, definition } = preview;
  const shown = samples[kind];
  const columns = definition.columns.filter(
    ({ name }) => kind !== 'updates' || shown.some(({ row }) => row !== undefined && name in row),
  );
  return (
    <section aria-label={words[kind]}>
      <Text size="xs" c="var(--text-quiet)">
        {words[kind]}
        {counts[kind] > shown.length && `, the first ${shown.length} of ${amount(counts[kind])}`}
      </Text>
      <div className={classes.scroll}>
        <Table verticalSpacing={2}>
          <Table.Thead>
            <Table.Tr>
              {(kind === 'updates' || definition.key === undefined) && <Table.Th>key</Table.Th>}
              {columns.map(({ name }) => (
                <Table.Th key={name}>{name}</Table.Th>
              ))}
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {shown.map((sample) => (
              <Table.Tr key={sample.key}>
                {(kind === 'updates' || definition.key === undefined) && (
                  <Table.Td className={classes.cell}>{shownText(sample.key)}</Table.Td>
                )}
                {columns.map(({ name, type }) => (
                  <Table.Td key={name} className={classes.cell}>
                    <SampleCell sample={sample} name={name} type={type} />
                  </Table.Td>
                ))}
              </Table.Tr>
            ))}
          </Table.Tbody>
        </Table>
      </div>
    </section>
  );
}

interface SampleCellProps {
  readonly sample: SampleChange;
  readonly name: string;
  readonly type: ColumnType;
}

function SampleCell({ sample, name, type }: SampleCellProps) {
  return <Words sentence={sampleWords(sample, name, type)} />;
}

function sampleWords({ row, was }: SampleChange, name: string, type: ColumnType): Sentence {
  const [before, after] = [was?.[name], row?.[name]];
  const isChanged = was !== undefined && row !== undefined && name in row;
  // In a column of its own an empty cell needs no word, but one that was emptied does.
  if (isChanged) return [cellWord(before, 'was', { type }), word(' '), cellWord(after, 'is', { type })];
  const cell = row === undefined ? before : after;
  return cell === undefined || cell === null ? [] : [cellWord(cell, 'plain', { type })];
}
