import { Code, Stack, Text } from '@mantine/core';
import { type LedgerState, useLedger } from '../ledger/ledger-state.ts';
import { momentWords } from '../words/moments.ts';
import { seqWords } from '../words/points.ts';
import classes from './trust-explained.module.css';
import { connectionSentences, connectionWords } from './trust-words.ts';

/** What the signs of trust mean, in plain words. */
export function TrustExplained() {
  const { connection, since, head, verified, epoch, problem } = useLedger();
  const isTampered = problem?.code === 'tampered';
  return (
    <Stack gap={10}>
      <section>
        <Text size="sm" fw={600}>
          {isTampered ? 'tampered' : connectionWords[connection]} since {momentWords(since, new Date())}
        </Text>
        <Text size="sm">{isTampered ? problem.message : connectionSentences[connection]}</Text>
      </section>
      {!isTampered && <VerifiedTo verified={verified} head={head} />}
      <section>
        <Text size="xs" c="var(--text-quiet)" className={classes.epoch}>
          life of the ledger <Code>{epoch}</Code>
        </Text>
        <Text size="xs" c="var(--text-quiet)">
          Another one would mean that it was restored from a copy, and that its numbers may stand for other changes.
        </Text>
      </section>
    </Stack>
  );
}

function VerifiedTo({ verified, head }: Pick<LedgerState, 'verified' | 'head'>) {
  if (verified === 0) return <NotYet hasBegun={head > 0} />;
  const open = head - verified;
  return (
    <section>
      <Text size="sm" fw={600}>
        verified to {seqWords(verified)} of {seqWords(head)}
      </Text>
      <Text size="sm">
        The server signs its whole log every second. Every change up to {seqWords(verified)} that was shown here was
        held against that signature: nothing in it was altered, left out or slipped in afterwards
        {open > 0 ? '; the newest follow with the next signature.' : '.'}
      </Text>
    </section>
  );
}

function NotYet({ hasBegun }: { readonly hasBegun: boolean }) {
  return (
    <section>
      <Text size="sm" fw={600}>
        {hasBegun ? 'not verified yet' : 'no change yet'}
      </Text>
      <Text size="sm">
        The server signs its whole log every second, and every change that is shown here is held against that signature.
      </Text>
    </section>
  );
}
