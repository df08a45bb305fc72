import { Group, Text, Tooltip } from '@mantine/core';
import { type Connection, useLedger } from '../ledger/ledger-state.ts';
import classes from './trust-sign.module.css';

const words: Record<Connection, string> = {
  connecting: 'connecting',
  catchingUp: 'catching up',
  live: 'live',
  behind: 'behind',
  disconnected: 'no server',
  unreachable: 'no connection',
};

/** How current what is shown is, and how far it was held against the signed log. */
export function TrustSign() {
  const { connection, head, verified, problem } = useLedger();
  const isBroken = problem?.code === 'tampered';
  return (
    <Group gap={10} wrap="nowrap" className={classes.sign} role="status">
      <Tooltip label={isBroken ? problem?.message : 'how the page stands to the ledger'} multiline maw={320}>
        <span className={classes.state} data-state={isBroken ? 'broken' : connection}>
          {isBroken ? 'tampered' : words[connection]}
        </span>
      </Tooltip>
      <Text size="xs" c="var(--text-quiet)" visibleFrom="xs">
        head <b>{head.toLocaleString()}</b>
      </Text>
      <Text size="xs" c="var(--text-quiet)" visibleFrom="md">
        verified to <b>{verified.toLocaleString()}</b>
      </Text>
    </Group>
  );
}
