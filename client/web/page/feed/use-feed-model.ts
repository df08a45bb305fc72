import { useEffect, useMemo, useSyncExternalStore } from 'react';
import { FeedModel, type FeedScope, type FeedState } from './feed-model.ts';

/** The feed of a table or of all, up to a point or up to now. */
export function useFeedModel({ table, at }: FeedScope): readonly [FeedModel, FeedState] {
  const model = useMemo(() => new FeedModel({ table, at }), [table, at]);
  useEffect(() => model.open(), [model]);
  return [model, useSyncExternalStore(model.subscribe, model.state)];
}
