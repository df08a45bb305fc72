import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { useEffect, useMemo, useState } from 'react';
import { request } from '../api/request.ts';
import { useLedger } from '../ledger/ledger-state.ts';
import { type Axis, axisOf } from './axis.ts';
import { useTime } from './time-state.ts';

/** Stretches of time that the curve is drawn of. */
const bucketsMax = 240;
/** Milliseconds between two looks at a ledger that moves on. */
const refreshMs = 4_000;

/** The curve of the ledger from its first change to its last; undefined while there is none. */
export function useActivity(): Axis | undefined {
  const epoch = useLedger((state) => state.epoch);
  const head = useSettledHead();
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

/** The head as of every few seconds: it stays while a handle is dragged, as the curve must not move under the hand. */
function useSettledHead(): number {
  const [head, setHead] = useState(() => useLedger.getState().head);
  useEffect(() => {
    const look = (): void => {
      if (!useTime.getState().isDragging) setHead(useLedger.getState().head);
    };
    look();
    const timer = setInterval(look, refreshMs);
    return () => clearInterval(timer);
  }, []);
  return head;
}
