import { useQuery } from '@tanstack/react-query';
import type { Tag } from '../../../../protocol/replies.ts';
import { request } from '../api/request.ts';
import { useLedger } from '../ledger/ledger-state.ts';

const none: readonly Tag[] = [];

/** The tags of the ledger. */
export function useTags(): readonly Tag[] {
  const epoch = useLedger((state) => state.epoch);
  const { data } = useQuery({
    queryKey: ['tags', epoch],
    queryFn: ({ signal }) => request('tag.list', {}, { signal }),
    refetchInterval: 30_000,
  });
  return data?.tags ?? none;
}
