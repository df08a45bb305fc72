import { QueryClient } from '@tanstack/react-query';
import { isPassing } from './outcome.ts';
import { retryMs } from './pause.ts';

/** What was asked of the gateway and is not part of the feed: kept for a little, asked again when it may have changed. */
export const queries = new QueryClient({
  defaultOptions: {
    queries: {
      retry: false,
      refetchOnWindowFocus: false,
      staleTime: 5_000,
      // What nobody answered is asked again behind what is said of that.
      refetchInterval: ({ state: { error } }) => (isPassing(error) ? retryMs : false),
      // A gateway of this machine is reached without any network.
      networkMode: 'always',
    },
  },
});
