import { useEffect, useMemo, useSyncExternalStore } from 'react';
import { RowModel, type RowPlace } from './row-model.ts';
import type { RowState } from './row-state.ts';

/** One row with its past, kept up to date. */
export function useRowModel({ table, key, at }: RowPlace): readonly [RowModel, RowState] {
  const model = useMemo(() => new RowModel({ table, key, at }), [table, key, at]);
  useEffect(() => model.open(), [model]);
  return [model, useSyncExternalStore(model.subscribe, model.state)];
}
