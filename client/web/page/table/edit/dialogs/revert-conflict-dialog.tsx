import { Button, Group, Modal, ScrollArea, Stack, Table, Text } from '@mantine/core';
import type { Problem } from '../../../../../../protocol/errors.ts';
import { shownText } from '../../../../../../protocol/shown-text.ts';
import { type Cell, cellText } from '../../../../../../protocol/values.ts';
import { localTime } from '../../cells/local-time.ts';
import { type RevertConflict, settled } from '../conflicts.ts';

/** What is to be taken back was changed again since: shows what is there and what would be, and who made it so. */
export function RevertConflictDialog({ conflict }: { readonly conflict: RevertConflict }) {
  const { text, problems, more, resolve } = conflict;
  const end = (rule: 'keep' | 'overwrite' | undefined): void => {
    settled(conflict);
    resolve(rule);
  };
  return (
    <Modal opened onClose={() => end(undefined)} title="Changed again since" size="lg">
      <Stack gap="sm">
        <Text size="sm">To undo “{shownText(text)}” would take back what was made of it later:</Text>
        <ScrollArea.Autosize mah={320} type="auto">
          <Table fz="sm" verticalSpacing={4}>
            <Table.Thead>
              <Table.Tr>
                <Table.Th>cell</Table.Th>
                <Table.Th>is now</Table.Th>
                <Table.Th>would be</Table.Th>
                <Table.Th>changed by</Table.Th>
              </Table.Tr>
            </Table.Thead>
            <Table.Tbody>
              {problems.map((problem) => (
                <Line key={`${problem.table} ${problem.key} ${problem.column}`} problem={problem} all={problems} />
              ))}
            </Table.Tbody>
          </Table>
        </ScrollArea.Autosize>
        {more > 0 && <Text size="xs">and {more.toLocaleString()} more</Text>}
        <Group justify="flex-end" gap="xs">
          <Button variant="default" onClick={() => end(undefined)}>
            leave it as it is
          </Button>
          <Button variant="default" onClick={() => end('keep')}>
            keep these, undo the rest
          </Button>
          <Button onClick={() => end('overwrite')}>undo all of it</Button>
        </Group>
      </Stack>
    </Modal>
  );
}

function Line({ problem, all }: { readonly problem: Problem; readonly all: readonly Problem[] }) {
  const { key, column, wouldBe, touched, message } = problem;
  // The row itself is told by the first of its problems only.
  const current = all.find((other) => other.key === key && other.current !== undefined)?.current;
  const now = column === undefined ? undefined : (current?.row[column] ?? null);
  return (
    <Table.Tr title={message}>
      <Table.Td>{[key, column].filter(Boolean).join('.')}</Table.Td>
      <Table.Td>{now === undefined ? (current === undefined ? 'gone' : 'there') : shown(now)}</Table.Td>
      <Table.Td>
        {wouldBe === undefined ? '' : wouldBe === null && column === undefined ? 'gone' : shown(wouldBe)}
      </Table.Td>
      <Table.Td>{touched === undefined ? '' : `${touched.by}, ${localTime(touched.at)}`}</Table.Td>
    </Table.Tr>
  );
}

function shown(cell: Cell): string {
  return cell === null ? '(empty)' : shownText(cellText(cell)).slice(0, 200);
}
