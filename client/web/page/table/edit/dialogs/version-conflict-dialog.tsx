import { Button, Group, Radio, Stack, Text } from '@mantine/core';
import { useState } from 'react';
import type { Cell, ColumnType } from '../../../../../../protocol/values.ts';
import { useTypes } from '../../../ledger/use-types.ts';
import { Dialog } from '../../../shell/dialog.tsx';
import { cellWord } from '../../../words/cell-words.ts';
import { Moment } from '../../../words/moment.tsx';
import { Words } from '../../../words/words.tsx';
import { settled, type VersionConflict } from '../conflicts.ts';
import { touchedSince } from '../steps.ts';
import classes from './conflict-dialog.module.css';

/** Characters of a value that is chosen or not. */
const shownMax = 500;

/** Somebody else was faster with the same cells: shows both values, and lets the person choose for each. */
export function VersionConflictDialog({ conflict }: { readonly conflict: VersionConflict }) {
  const { table, seen, mine, current, resolve } = conflict;
  const typeOf = useTypes(table);
  const names = Object.keys(mine);
  const touched = touchedSince(seen, current, names);
  const [isMine, setMine] = useState<Readonly<Record<string, boolean>>>({});
  const end = (columns: readonly string[] | undefined): void => {
    settled(conflict);
    resolve(columns);
  };
  const chosen = names.filter((name) => !touched.includes(name) || isMine[name] === true);
  return (
    <Dialog onClose={() => end(undefined)} title={`${table} ${current.key} has changed meanwhile`} size="lg">
      <Stack gap="sm">
        <Text size="sm">
          <b>{current.by}</b> changed it at <Moment at={current.at} />, after you began. Choose what is to stand.
        </Text>
        {touched.map((name) => (
          <Radio.Group
            key={name}
            label={name}
            value={isMine[name] === true ? 'mine' : 'theirs'}
            onChange={(value) => setMine((all) => ({ ...all, [name]: value === 'mine' }))}
          >
            <div className={classes.choices}>
              <Choice
                value="theirs"
                who={`keep theirs, by ${current.by}`}
                cell={current.row[name] ?? null}
                type={typeOf(name)}
              />
              <Choice value="mine" who="write mine" cell={mine[name] ?? null} type={typeOf(name)} />
            </div>
            <Text size="xs" c="var(--text-quiet)">
              when you began: <Words sentence={[cellWord(seen.row[name], 'plain', { type: typeOf(name) })]} />
            </Text>
          </Radio.Group>
        ))}
        <Group justify="flex-end" gap="xs">
          {chosen.length > 0 && (
            <Button variant="default" onClick={() => end(undefined)}>
              keep theirs
            </Button>
          )}
          <Button onClick={() => end(chosen)}>{chosen.length === 0 ? 'keep theirs' : 'write what I chose'}</Button>
        </Group>
      </Stack>
    </Dialog>
  );
}

interface ChoiceProps {
  readonly value: string;
  readonly who: string;
  readonly cell: Cell;
  readonly type: ColumnType | undefined;
}

function Choice({ value, who, cell, type }: ChoiceProps) {
  return (
    <Radio.Card value={value} className={classes.choice} p="xs">
      <Group gap="xs" wrap="nowrap" align="flex-start">
        <Radio.Indicator size="sm" />
        <div className={classes.value}>
          <Text size="xs" c="var(--text-quiet)">
            {who}
          </Text>
          <Text size="sm">
            <Words sentence={[cellWord(cell, 'plain', { type, lengthMax: shownMax })]} />
          </Text>
        </div>
      </Group>
    </Radio.Card>
  );
}
