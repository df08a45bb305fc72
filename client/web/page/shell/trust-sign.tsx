import { Popover } from '@mantine/core';
import { IconShieldCheck } from '@tabler/icons-react';
import { useLedger } from '../ledger/ledger-state.ts';
import { seqWords } from '../words/points.ts';
import { TrustExplained } from './trust-explained.tsx';
import classes from './trust-sign.module.css';
import { connectionWords, lagWords } from './trust-words.ts';
import { useNow } from './use-now.ts';

/** How current what is shown is, and how far it was held against the signed log; on a click in whole sentences. */
export function TrustSign() {
  const state = useLedger();
  const { connection, head, verified, problem } = state;
  const now = useNow(connection === 'live' ? undefined : 1_000);
  const isBroken = problem?.code === 'tampered';
  const lag = lagWords(state, now);
  const words = isBroken ? 'tampered' : connectionWords[connection];
  return (
    <Popover position="bottom-end" width={340} withArrow shadow="md">
      <Popover.Target>
        <button type="button" className={classes.sign} data-calm={connection === 'live' && !isBroken}>
          <span className={classes.state} data-state={isBroken ? 'broken' : connection}>
            {words}
            {lag !== undefined && <span className={classes.lag}> {lag}</span>}
          </span>
          <span className={classes.head}>
            {head === 0 ? (
              'no change yet'
            ) : (
              <>
                <span className={classes.words}>newest change </span>
                <b>{seqWords(head)}</b>
              </>
            )}
          </span>
          {!isBroken && head > 0 && (
            <span className={classes.verified} data-whole={verified >= head}>
              <IconShieldCheck size={14} aria-hidden />
              {verified === 0 ? (
                <span className={classes.words}>not verified yet</span>
              ) : (
                <>
                  <span className={classes.words}>verified to </span>
                  <b>{seqWords(verified)}</b>
                </>
              )}
            </span>
          )}
        </button>
      </Popover.Target>
      <Popover.Dropdown>
        <TrustExplained />
      </Popover.Dropdown>
    </Popover>
  );
}
