import { Center, Loader } from '@mantine/core';
import { useEffect } from 'react';
import { ledger } from './ledger/ledger.ts';
import { useLedger } from './ledger/ledger-state.ts';
import { ClosedDoor } from './shell/closed-door.tsx';
import { Shell } from './shell/shell.tsx';
import { Content } from './time/content.tsx';

/** The page: what the address says, of the ledger that the gateway serves. */
export function App() {
  useEffect(() => void ledger.open(), []);
  const phase = useLedger((state) => state.phase);
  if (phase === 'closed') return <ClosedDoor />;
  if (phase === 'opening') {
    return (
      <Center h="100%">
        <Loader aria-label="opening the ledger" />
      </Center>
    );
  }
  return (
    <Shell>
      <Content />
    </Shell>
  );
}
