import { ScrollArea, Text } from '@mantine/core';
import { useLedger } from '../ledger/ledger-state.ts';
import { FeedLine } from './feed-line.tsx';

/** Every change as it is made, the newest above. */
export function FeedPanel() {
  const recent = useLedger((state) => state.recent);
  return (
    <section aria-label="feed">
      <Text size="xs" fw={600} c="var(--text-quiet)" px="sm" pt="sm" pb={4}>
        Feed
      </Text>
      <ScrollArea h="calc(100dvh - 48px - 84px - 34px)">
        {recent.slice(0, 100).map((group) => (
          <FeedLine key={group.cursor} group={group} />
        ))}
      </ScrollArea>
    </section>
  );
}
