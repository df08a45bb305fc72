import { Table, Text } from '@mantine/core';
import type { Problem } from '../../../../protocol/errors.ts';
import { shownText } from '../../../../protocol/shown-text.ts';
import type { Cells } from '../../../../protocol/values.ts';
import { useTypesOfAll } from '../ledger/use-types.ts';
import { cellsWords, cellWord } from '../words/cell-words.ts';
import type { TypeOf } from '../words/column-types.ts';
import { momentWords } from '../words/moments.ts';
import { amount, type Sentence, word } from '../words/sentence.ts';
import { Words } from '../words/words.tsx';
import classes from './conflict-list.module.css';

/** Conflicts that are shown; of the others it is said how many. */
const shownMax = 100;

/** What stands in a revert's way: what is there now, by whom, and what would be. */
export function ConflictList({ problems }: { readonly problems: readonly Problem[] }) {
  const current = new Map(problems.flatMap((each) => (each.current ? [[rowOf(each), each.current] as const] : [])));
  const typesOf = useTypesOfAll();
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
                <Words sentence={nowWords(problem, current.get(rowOf(problem))?.row, typesOf(problem.table ?? ''))} />
                <div className={classes.quiet}>{sinceWords(problem)}</div>
              </Table.Td>
              <Table.Td>
                <Words sentence={wouldWords(problem, typesOf(problem.table ?? ''))} />
              </Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
      {problems.length > shownMax && <Text size="xs">and {amount(problems.length - shownMax)} more</Text>}
    </div>
  );
}

function rowOf({ table, key }: Problem): string {
  return JSON.stringify([table, key]);
}

function nowWords({ column, key, message }: Problem, row: Cells | undefined, typeOf: TypeOf): Sentence {
  // Of a table, or of a whole column: there are no two values.
  if (key === undefined) return [word(message)];
  return column === undefined ? rowWords(row, typeOf) : [cellWord(row?.[column], 'strong', { type: typeOf(column) })];
}

function wouldWords({ column, key, wouldBe }: Problem, typeOf: TypeOf): Sentence {
  if (key === undefined) return [];
  return column === undefined
    ? rowWords(wouldBe as Cells | null | undefined, typeOf)
    : [cellWord(wouldBe, 'strong', { type: typeOf(column) })];
}

function rowWords(row: Cells | null | undefined, typeOf: TypeOf): Sentence {
  return row === null || row === undefined ? [word('gone', 'left')] : cellsWords(row, typeOf);
}

function sinceWords({ touched }: Problem): string {
  return touched === undefined
    ? ''
    : `${shownText(touched.by)}, ${momentWords(touched.at, new Date())}, #${touched.seq}`;
}
