import { useEffect, useRef, useState } from 'react';
import type { Connection } from '../ledger/ledger-state.ts';

/** Milliseconds after which a lost connection is told: a server that is started anew is back sooner. */
const patienceMs = 1_500;
/** Milliseconds for which it is told that it is back. */
const backMs = 4_000;

const away: ReadonlySet<Connection> = new Set(['unreachable', 'disconnected', 'crowded']);

/** Whether the connection is held to be lost, and whether it has just come back. */
export function useRecovery(connection: Connection): { readonly isLost: boolean; readonly isBack: boolean } {
  const [isLost, setLost] = useState(false);
  const [isBack, setBack] = useState(false);
  const wasLost = useRef(false);
  const isAway = away.has(connection);
  const isHere = connection === 'live';
  useEffect(() => {
    if (!isAway) return;
    const timer = setTimeout(() => {
      wasLost.current = true;
      setLost(true);
      setBack(false);
    }, patienceMs);
    return () => clearTimeout(timer);
  }, [isAway]);
  useEffect(() => {
    if (!isAway) setLost(false);
  }, [isAway]);
  useEffect(() => {
    if (!isHere || !wasLost.current) return;
    wasLost.current = false;
    setBack(true);
    const timer = setTimeout(() => setBack(false), backMs);
    return () => clearTimeout(timer);
  }, [isHere]);
  return { isLost, isBack };
}
