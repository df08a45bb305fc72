import { createStore, type StoreApi } from 'zustand/vanilla';

/** What is said below the grid, and of it above. */
export interface GridStatus {
  /** Whether the grid is there, whose code comes in a file of its own. */
  readonly isMade: boolean;
  /** Rows of the table. */
  readonly total: number;
  /** Rows that pass the filters and the search. */
  readonly shown: number;
  readonly selected: number;
  /** Changes that wait to take their place, as somebody is at the grid: `entered` rows are not shown yet. */
  readonly stale: { readonly changed: number; readonly entered: number; readonly left: number };
  /** Whether columns are filtered; the search is not counted. */
  readonly isFiltered: boolean;
  readonly isSorted: boolean;
  /** The key of the open row, where a filter or the search hides it. */
  readonly hidden: string | undefined;
}

type GridStatusStore = StoreApi<GridStatus>;

export const nothingStale: GridStatus['stale'] = { changed: 0, entered: 0, left: 0 };

export function createGridStatus(): GridStatusStore {
  return createStore<GridStatus>(() => ({
    isMade: false,
    total: 0,
    shown: 0,
    selected: 0,
    stale: nothingStale,
    isFiltered: false,
    isSorted: false,
    hidden: undefined,
  }));
}
