import { useCallback, useMemo } from 'react';
import { useLocation, useSearch } from 'wouter';
import { nowhere, type Place, readPlace, writePlace } from './address.ts';
import type { Going } from './go-to.ts';

/** Where the page is, and how it goes elsewhere: what is not named stays, except at another table: there the moment does, and the feed. */
export function usePlace(): readonly [Place, (to: Partial<Place>, going?: Going) => void] {
  const [path, navigate] = useLocation();
  const search = useSearch();
  const place = useMemo(() => readPlace(path, search), [path, search]);
  const go = useCallback(
    (to: Partial<Place>, { replace = false }: Going = {}) => {
      const isElsewhere = 'table' in to && (to.table !== place.table || place.panel !== undefined);
      const base = isElsewhere ? { ...nowhere, ...keptOf(place) } : place;
      navigate(writePlace({ ...base, ...to }), { replace });
    },
    [place, navigate],
  );
  return [place, go];
}

/** What is of no one table. */
function keptOf({ at, since, showsSame, feed }: Place): Partial<Place> {
  return { at, since, showsSame, feed };
}
