import { useQuery } from '@tanstack/react-query';
import { useMemo } from 'react';
import { parseCursor } from '../../../../protocol/cursor.ts';
import type { Entry } from '../../../../protocol/entry.ts';
import { usePlace } from '../address/use-place.ts';
import { pathOf, readAll } from '../api/lines.ts';
import type { GatewayProblem } from '../api/problem.ts';
import { useLedger } from '../ledger/ledger-state.ts';
import { pointText } from '../words/points.ts';
import { useTime } from './time-state.ts';

/** A point as it is told: the change that it is behind, and when that was. */
export interface When {
  /** As it is asked for; undefined: the present. */
  readonly at: string | undefined;
  readonly seq: number | undefined;
  /** Undefined while it is not known, and ahead of the first change. */
  readonly ms: number | undefined;
  readonly problem: GatewayProblem | undefined;
}

/** The points that are shown: where a handle is dragged to, where the play stands, else as the address says. */
export function useShownPoints(): { readonly at: string | undefined; readonly since: string | undefined } {
  const [{ at, since }] = usePlace();
  const dragged = useTime((state) => (state.isDragging ? state.dragged : undefined));
  return {
    at: dragged?.handle === 'at' ? dragged.cursor : pointText(at),
    since: dragged?.handle === 'since' ? dragged.cursor : pointText(since),
  };
}

/** What one of the two points is. */
export function useWhen(handle: 'at' | 'since'): When {
  const { [handle]: at } = useShownPoints();
  const head = useLedger((state) => (at === undefined ? state.head : 0));
  const { isPlaying, clock, dragged, isDragging } = useTime();
  const near = useMemo((): When | undefined => {
    if (at === undefined) return { at, seq: head, ms: undefined, problem: undefined };
    if (handle === 'at' && isPlaying && clock !== undefined) return whenOf(clock.cursor, clock.at);
    if (!isDragging || dragged?.handle !== handle || dragged.cursor !== at) return undefined;
    return { at, seq: parseCursor(at)?.seq, ms: dragged.ms, problem: undefined };
  }, [at, head, handle, isPlaying, clock, dragged, isDragging]);
  const exact = useExact(near === undefined ? at : undefined);
  return near ?? exact;
}

/** What the log says of a point. */
function useExact(at: string | undefined): When {
  const epoch = useLedger((state) => state.epoch);
  const { data, error } = useQuery<Entry | null, GatewayProblem>({
    queryKey: ['when', epoch, at],
    queryFn: async ({ signal }) => {
      const [entry] = await readAll<Entry>(pathOf('/api/log', { as_of: at, newest_first: '', limit: 1 }), signal);
      return entry ?? null;
    },
    enabled: at !== undefined,
    staleTime: Number.POSITIVE_INFINITY,
  });
  return useMemo(() => {
    // A cursor says its seq itself.
    const named = at === undefined ? undefined : parseCursor(at)?.seq;
    const seq = named ?? (data === undefined ? undefined : (data?.seq ?? 0));
    return { at, seq, ms: data ? Date.parse(data.at) : undefined, problem: error ?? undefined };
  }, [at, data, error]);
}

function whenOf(cursor: string, at: string | undefined): When {
  const ms = at === undefined ? undefined : Date.parse(at);
  return { at: cursor, seq: parseCursor(cursor)?.seq, ms, problem: undefined };
}
