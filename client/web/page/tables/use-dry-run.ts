import { useDebouncedValue } from '@mantine/hooks';
import { useQuery } from '@tanstack/react-query';
import type { AlterStep } from '../../../../protocol/table.ts';
import { request } from '../api/request.ts';
import { useLedger } from '../ledger/ledger-state.ts';

/** Milliseconds without a key before the server is asked. */
const pauseMs = 400;

/** What the server says to steps that are not done yet. */
export interface DryRun {
  readonly state: 'nothing' | 'asking' | 'allowed' | 'refused';
  readonly error: unknown;
}

/** Has the server judge the steps, and do none of them. */
export function useDryRun(table: string, steps: readonly AlterStep[]): DryRun {
  const text = JSON.stringify(steps);
  const isLoggedIn = useLedger(({ login }) => login !== undefined);
  const [asked] = useDebouncedValue(text, pauseMs);
  const { error, isSuccess, isFetching } = useQuery({
    queryKey: ['alter', table, asked],
    enabled: asked !== '[]' && isLoggedIn,
    staleTime: 0,
    queryFn: ({ signal }) =>
      request('table.alter', { table, steps: JSON.parse(asked) as AlterStep[] }, { dryRun: true, signal }),
  });
  if (steps.length === 0 || !(isLoggedIn || isSuccess)) return { state: 'nothing', error: undefined };
  if (asked !== text || isFetching) return { state: 'asking', error: undefined };
  return { state: isSuccess ? 'allowed' : 'refused', error };
}
