import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { parsePoint } from '../../../../protocol/point.ts';
import type { TableDefinition } from '../../../../protocol/table.ts';
import { request } from '../api/request.ts';
import { useLedger } from '../ledger/ledger-state.ts';
import type { TableChange } from '../ledger/table-transport.ts';

/** A table as it was at a point; at that it was dropped, as it was before. */
export function useDefinition(
  table: string,
  at: string | undefined,
  change: Omit<TableChange, 'rows'> | undefined,
): TableDefinition | undefined {
  const epoch = useLedger((state) => state.epoch);
  const tables = useLedger((state) => state.tables);
  const point = at === undefined ? undefined : parsePoint(at);
  const { data } = useQuery({
    queryKey: ['definitions', epoch, at],
    queryFn: ({ signal }) => request('table.list', { asOf: point, counts: false }, { signal }),
    enabled: point !== undefined,
    staleTime: Number.POSITIVE_INFINITY,
    placeholderData: keepPreviousData,
  });
  const known = point === undefined ? tables : (data?.tables ?? []);
  const found = known.find(({ definition }) => definition.name === table)?.definition;
  return found ?? change?.tables.findLast((one) => one.was !== undefined)?.was;
}
