import { useQuery } from '@tanstack/react-query';
import { parsePoint } from '../../../../protocol/point.ts';
import type { TableSummary } from '../../../../protocol/replies.ts';
import { request } from '../api/request.ts';
import { useLedger } from '../ledger/ledger-state.ts';

interface Tables {
  readonly tables: readonly TableSummary[];
  /** Why those of the past cannot be told. */
  readonly error: unknown;
}

/** The tables of now, or those that there were; of the past the counts come later, as they cost a look at the log. */
export function useTables(at: string | undefined): Tables {
  const now = useLedger((state) => state.tables);
  const names = usePast(at, { counts: false });
  const counted = usePast(names.isSuccess ? at : undefined, {});
  if (at === undefined) return { tables: now, error: undefined };
  return { tables: counted.data ?? names.data ?? [], error: names.error ?? undefined };
}

function usePast(at: string | undefined, options: { readonly counts?: false }) {
  const point = at === undefined ? undefined : parsePoint(at);
  return useQuery({
    queryKey: ['tables', at, options],
    enabled: point !== undefined,
    staleTime: Number.POSITIVE_INFINITY,
    queryFn: async ({ signal }) => (await request('table.list', { asOf: point, ...options }, { signal })).tables,
  });
}
