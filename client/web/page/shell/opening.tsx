import { Center, Loader, Stack, Text } from '@mantine/core';
import { useEffect, useState } from 'react';
import { useLedger } from '../ledger/ledger-state.ts';
import { connectionSentences } from './trust-words.ts';

/** Milliseconds after which it is said what is waited for: mostly it is over by then. */
const patienceMs = 2_000;

/** Until it is known what there is; when that takes long, what it waits for. */
export function Opening() {
  const connection = useLedger((state) => state.connection);
  const [isLate, setLate] = useState(false);
  useEffect(() => {
    const timer = setTimeout(() => setLate(true), patienceMs);
    return () => clearTimeout(timer);
  }, []);
  return (
    <Center h="100%" p="md" role="status" aria-label="opening the ledger">
      <Stack align="center" gap="md">
        <Loader />
        {isLate && <Text ta="center">{connectionSentences[connection]}</Text>}
      </Stack>
    </Center>
  );
}
