import { Group, Radio, Text } from '@mantine/core';
import { shownText } from '../../../../../../protocol/shown-text.ts';
import { cellWord, changedWords } from '../../../words/cell-words.ts';
import type { TypeOf } from '../../../words/column-types.ts';
import { Moment } from '../../../words/moment.tsx';
import { joined, type Sentence } from '../../../words/sentence.ts';
import { Words } from '../../../words/words.tsx';
import { changedColumns, type Disputed, type RowConflict } from '../row-conflict.ts';
import classes from './conflict-dialog.module.css';

/** Characters of a value that is chosen or not. */
const shownMax = 500;

interface Props {
  readonly disputed: Disputed;
  /** Whether its row is the only one, which has been told of then. */
  readonly isAlone: boolean;
  readonly isFirst: boolean;
  readonly isMine: boolean;
  readonly typeOf: TypeOf;
  readonly onChange: (isMine: boolean) => void;
}

/** A cell as somebody else has set it and as this person wants it, or a row that they want deleted: one is chosen. */
export function DisputedChoice({ disputed, isAlone, isFirst, isMine, typeOf, onChange }: Props) {
  const { row, column } = disputed;
  const { key, by, at } = row.current;
  const place = [
    ...(isAlone && column !== undefined ? [] : [shownText(key)]),
    ...(column === undefined ? [] : [shownText(column)]),
  ];
  return (
    <Radio.Group
      label={place.join(' ')}
      value={isMine ? 'mine' : 'theirs'}
      onChange={(value) => onChange(value === 'mine')}
    >
      <div className={classes.choices}>
        <Choice
          value="theirs"
          who={`keep theirs, by ${shownText(by)}`}
          sentence={theirWords(disputed, typeOf)}
          isFirst={isFirst}
        />
        <Choice
          value="mine"
          who={column === undefined ? 'delete it' : 'write mine'}
          sentence={column === undefined ? [] : cellSentence(row.mine, column, typeOf)}
        />
      </div>
      <Text size="xs" c="var(--text-quiet)">
        {column !== undefined && <Began row={row} column={column} typeOf={typeOf} />}
        {!isAlone && (
          <>
            {column !== undefined && '; '}
            changed by {shownText(by)} at <Moment at={at} />
          </>
        )}
      </Text>
    </Radio.Group>
  );
}

function Began({ row: { seen }, column, typeOf }: { row: RowConflict; column: string; typeOf: TypeOf }) {
  if (seen === undefined) return 'when you began the row was not there';
  return (
    <>
      when you began: <Words sentence={cellSentence(seen.row, column, typeOf)} />
    </>
  );
}

function theirWords({ row, column }: Disputed, typeOf: TypeOf): Sentence {
  const { seen, current } = row;
  if (column !== undefined) return cellSentence(current.row, column, typeOf);
  return joined(
    changedColumns(row).map((name) =>
      changedWords({ name, was: seen?.row[name] ?? null, is: current.row[name] ?? null }, typeOf),
    ),
  );
}

function cellSentence(cells: RowConflict['mine'], column: string, typeOf: TypeOf): Sentence {
  return [cellWord(cells?.[column], 'plain', { type: typeOf(column), lengthMax: shownMax })];
}

interface ChoiceProps {
  readonly value: string;
  readonly who: string;
  readonly sentence: Sentence;
  readonly isFirst?: boolean;
}

function Choice({ value, who, sentence, isFirst = false }: ChoiceProps) {
  return (
    <Radio.Card value={value} className={classes.choice} p="xs" data-autofocus={isFirst || undefined}>
      <Group gap="xs" wrap="nowrap" align="flex-start">
        <Radio.Indicator size="sm" />
        <div className={classes.value}>
          <Text size="xs" c="var(--text-quiet)">
            {who}
          </Text>
          <Text size="sm">
            <Words sentence={sentence} />
          </Text>
        </div>
      </Group>
    </Radio.Card>
  );
}
