import { Center, ScrollArea, Stack, Text, Title } from '@mantine/core';
import { usePlace } from '../address/use-place.ts';
import { useNoRows } from '../shell/first-paint.ts';
import { OwnNoteLine } from '../table/toolbar/own-note-line.tsx';
import { FirstSteps } from './first-steps.tsx';
import { TableSteps } from './table-steps.tsx';
import { useTables } from './use-tables.ts';

/** When no table is chosen. */
export function NoTable() {
  const [{ at }] = usePlace();
  const { tables } = useTables(at);
  const isFresh = tables.length === 0 && at === undefined;
  useNoRows();
  return (
    <>
      <ScrollArea flex={1}>
        <Center mih="60vh" p="md">
          <Stack maw={560} w="100%" gap="md">
            <div>
              <Title order={2} size="h3">
                {isFresh ? 'There is no table yet' : 'Choose a table'}
              </Title>
              <Text c="var(--text-quiet)" mt={4}>
                Whoever looks at a table sees every change the moment it is made, and all that it ever was.
              </Text>
            </div>
            <TableSteps tables={tables} />
            {at === undefined && <FirstSteps isFresh={isFresh} />}
          </Stack>
        </Center>
      </ScrollArea>
      <OwnNoteLine />
    </>
  );
}
