import { QueryClient } from '@tanstack/react-query';

/** What was asked of the gateway and is not part of the feed: kept for a little, asked again when it may have changed. */
export const queries = new QueryClient({
  defaultOptions: { queries: { retry: false, refetchOnWindowFocus: false, staleTime: 5_000 } },
});
