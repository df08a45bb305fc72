import { Text } from '@mantine/core';
import { useLedger } from '../ledger/ledger-state.ts';

/** When it is that is looked at. */
export function TimeBar() {
  const head = useLedger((state) => state.head);
  return (
    <Text size="xs" p="sm" c="var(--text-quiet)">
      now, seq {head.toLocaleString()}
    </Text>
  );
}
