import { useCallback, useMemo } from 'react';
import { useLocation, useSearch } from 'wouter';
import { nowhere, type Place, readPlace, writePlace } from './address.ts';
import type { Going } from './go-to.ts';

/** Where the page is, and how it goes elsewhere: what is not named stays, except at another table, where only it stays. */
export function usePlace(): readonly [Place, (to: Partial<Place>, going?: Going) => void] {
  const [path, navigate] = useLocation();
  const search = useSearch();
  const place = useMemo(() => readPlace(path, search), [path, search]);
  const go = useCallback(
    (to: Partial<Place>, { replace = false }: Going = {}) => {
      const isElsewhere = 'table' in to && (to.table !== place.table || place.panel !== undefined);
      const base = isElsewhere ? { ...nowhere, at: place.at, since: place.since, showsSame: place.showsSame } : place;
      navigate(writePlace({ ...base, ...to }), { replace });
    },
    [place, navigate],
  );
  return [place, go];
}
