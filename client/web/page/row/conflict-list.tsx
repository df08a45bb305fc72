import { Table, Text } from '@mantine/core';
import type { Problem } from '../../../../protocol/errors.ts';
import { shownText } from '../../../../protocol/shown-text.ts';
import { cellText } from '../../../../protocol/values.ts';
import { cellWord } from '../words/cell-words.ts';
import { momentWords } from '../words/day.ts';
import { foreign, type Word, word } from '../words/sentence.ts';
import { Words } from '../words/words.tsx';
import classes from './conflict-list.module.css';

/** Conflicts that are shown; of the others it is said how many. */
const shownMax = 100;

/** What stands in a revert's way: what is there now, by whom, and what would be. */
export function ConflictList({ problems }: { readonly problems: readonly Problem[] }) {
  const current = new Map(problems.flatMap((each) => (each.current ? [[rowOf(each), each.current] as const] : [])));
  return (
    <div className={classes.frame}>
      <Table fz="xs" verticalSpacing={4}>
        <Table.Thead>
          <Table.Tr>
            <Table.Th>where</Table.Th>
            <Table.Th>now</Table.Th>
            <Table.Th>would be</Table.Th>
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {problems.slice(0, shownMax).map((problem) => (
            <Table.Tr key={`${rowOf(problem)} ${problem.column}`}>
              <Table.Td>
                {shownText(problem.key ?? problem.table ?? '', { widthMax: 40 })}{' '}
                {problem.column !== undefined && <b>{shownText(problem.column)}</b>}
              </Table.Td>
              <Table.Td>
                <Words sentence={[nowWord(problem, current.get(rowOf(problem))?.row)]} />
                <div className={classes.quiet}>{sinceWords(problem)}</div>
              </Table.Td>
              <Table.Td>
                <Words sentence={[wouldWord(problem)]} />
              </Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
      {problems.length > shownMax && <Text size="xs">and {problems.length - shownMax} more</Text>}
    </div>
  );
}

function rowOf({ table, key }: Problem): string {
  return JSON.stringify([table, key]);
}

type Row = NonNullable<Problem['current']>['row'];

function nowWord({ column, key, message }: Problem, row: Row | undefined): Word {
  // Of a table, or of a whole column: there are no two values.
  if (key === undefined) return word(message);
  if (column !== undefined) return cellWord(row?.[column], 'strong');
  return row === undefined ? word('gone', 'left') : foreign(cellText(row));
}

function wouldWord({ column, key, wouldBe }: Problem): Word {
  if (key === undefined) return word('');
  if (column !== undefined) return cellWord(wouldBe, 'strong');
  return wouldBe === null || wouldBe === undefined ? word('gone', 'left') : foreign(cellText(wouldBe));
}

function sinceWords({ touched }: Problem): string {
  return touched === undefined
    ? ''
    : `${shownText(touched.by)}, ${momentWords(touched.at, new Date())}, #${touched.seq}`;
}
