import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { useEffect, useMemo, useState } from 'react';
import { request } from '../api/request.ts';
import { type LedgerState, useLedger } from '../ledger/ledger-state.ts';
import { type Axis, axisOf } from './axis.ts';
import { useTime } from './time-state.ts';

/** Stretches of time that the curve is drawn of. */
const bucketsMax = 240;
/** Milliseconds between two looks at a ledger that moves on. */
const refreshMs = 4_000;

/** The curve of the ledger from its first change to its last; undefined while there is none. */
export function useActivity(): Axis | undefined {
  const { epoch, head } = useSettledHead();
  const { data } = useQuery({
    queryKey: ['activity', epoch, head],
    queryFn: ({ signal }) => request('log.activity', { asOf: { seq: head }, buckets: bucketsMax }, { signal }),
    enabled: head > 0,
    staleTime: Number.POSITIVE_INFINITY,
    gcTime: 0,
    placeholderData: keepPreviousData,
  });
  return useMemo(() => data && axisOf(data), [data]);
}

/**
 * The head as of every few seconds: it stays while a handle is dragged, as the curve must not move under the hand. The first
 * change, and another life, are there at once.
 */
function useSettledHead(): Head {
  const epoch = useLedger((state) => state.epoch);
  const hasBegun = useLedger((state) => state.head > 0);
  const [settled, setSettled] = useState(headNow);
  useEffect(() => {
    const look = (): void => {
      const now = headNow();
      if (!useTime.getState().isDragging) setSettled((before) => (before.head === now.head ? before : now));
    };
    const timer = setInterval(look, refreshMs);
    return () => clearInterval(timer);
  }, []);
  if (settled.epoch === epoch && (settled.head > 0 || !hasBegun)) return settled;
  const now = headNow();
  setSettled(now);
  return now;
}

type Head = Pick<LedgerState, 'epoch' | 'head'>;

function headNow(): Head {
  const { epoch, head } = useLedger.getState();
  return { epoch, head };
}
