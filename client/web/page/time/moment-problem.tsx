import { Button, Center, Group, Stack, Text, Title } from '@mantine/core';
import { shownText } from '../../../../protocol/shown-text.ts';
import { goTo } from '../address/go-to.ts';
import type { GatewayProblem } from '../api/problem.ts';
import { useNoRows } from '../shell/first-paint.ts';
import { plainWords } from '../words/plain-words.ts';
import { pointWords } from '../words/points.ts';
import classes from './past-band.module.css';
import { travel } from './travel.ts';

interface Props {
  readonly problem: GatewayProblem;
  readonly table: string;
  /** As the address has it; undefined: the present. */
  readonly at: string | undefined;
}

/** Why there are no rows, and the way out. */
export function MomentProblem({ problem, table, at }: Props) {
  useNoRows();
  const { title, text } = toldAs(problem, table, at);
  return (
    <Center flex={1} p="md" role="alert">
      <Stack gap="sm" className={classes.problem}>
        <Title order={2} size="h3">
          {shownText(title)}
        </Title>
        <Text>{shownText(text)}</Text>
        <Group>
          {at !== undefined && <Button onClick={() => travel(undefined)}>show it as it is now</Button>}
          {at === undefined && (
            <Button variant="light" onClick={() => goTo({ table: undefined, since: undefined })}>
              choose another table
            </Button>
          )}
        </Group>
      </Stack>
    </Center>
  );
}

function toldAs(problem: GatewayProblem, table: string, at: string | undefined) {
  switch (problem.code) {
    case 'wrong_epoch':
      return {
        title: 'This address is of another life of the ledger',
        text: plainWords(problem),
      };
    case 'ahead_of_server':
      return {
        title: 'The ledger has not come that far',
        text: `${at === undefined ? 'This' : pointWords(at)} is still to come, or the address is of another ledger.`,
      };
    case 'tag_not_found':
      return { title: 'There is no such tag', text: `Nobody has given a moment the name ${at ?? ''}.` };
    case 'table_not_found':
      return at === undefined
        ? {
            title: `There is no table ${table}`,
            text: 'It was dropped, or the address is mistyped. Its past can still be looked at: drag time back.',
          }
        : {
            title: `There was no table ${table} at that moment`,
            text: 'It was made later, or had been dropped by then.',
          };
    case 'bad_request':
      return at === undefined
        ? { title: 'That cannot be shown', text: plainWords(problem) }
        : { title: 'That is no moment', text: `${at} is no number of a change, no time and no tag.` };
    default:
      return { title: 'That cannot be shown', text: plainWords(problem) };
  }
}
