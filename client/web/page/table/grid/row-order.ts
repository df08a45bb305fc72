import type { GridApi } from 'ag-grid-community';
import type { CurrentRow } from '../../../../../protocol/errors.ts';
import type { RowChanges } from '../../ledger/table-rows.ts';
import type { Search } from '../cells/search.ts';
import { keepingPlace } from './anchor.ts';
import type { Attention } from './attention.ts';
import { type GridStatus, nothingStale } from './grid-status.ts';
import type { LiveMarks } from './live-marks.ts';

/** Milliseconds between two rearrangements, and how many times longer than the last one took the next one waits. */
const restMsMin = 150;
const restMsMax = 1_500;
const restFactor = 4;
/** Rows up to which a sorted or filtered table is put in order again by itself: beyond, it takes longer than a blink. */
const selfSortingRowsMax = 20_000;
/** Rows that are gone and still shown, as somebody is at the grid; from there on they go. */
const goneMax = 2_000;

export interface RowOrderOptions {
  readonly api: GridApi<CurrentRow>;
  readonly root: HTMLElement;
  readonly live: LiveMarks;
  readonly attention: Attention;
  readonly search: Search;
}

/**
 * Which rows the grid shows and in which order, when the table changes under a reader.
 *
 * Nothing moves under a hand. While somebody points, types or edits, rows keep their places: a changed cell shows its new
 * value where it stands, even if it should now stand elsewhere or be filtered out (as spreadsheets do until a sort or a
 * filter is applied again); a row that is gone stays, struck through; a new row waits, if it would have to be put between
 * others, and is told of. It is put in order when the person leaves the grid, or asks to. Without an order or a filter, new
 * rows come at the end, where they move nothing, at once.
 */
export class RowOrder {
  readonly #options: RowOrderOptions;
  readonly #entering = new Map<string, CurrentRow>();
  /** Rows whose cells have changed since they were put in order. */
  #changed = new Set<string>();
  #restUntil = 0;

  constructor(options: RowOrderOptions) {
    this.#options = options;
  }

  get isSorted(): boolean {
    return this.#options.api.getColumnState().some(({ sort }) => (sort ?? null) !== null);
  }

  get stale(): GridStatus['stale'] {
    if (!this.#isArranged) return nothingStale;
    const { live } = this.#options;
    return { changed: this.#changed.size, entered: this.#entering.size, left: live.leaving };
  }

  /** Writes changed cells where they stand; what moves rows follows when it may. */
  take({ added, changed, removed }: RowChanges): void {
    const { api, live } = this.#options;
    const now = performance.now();
    const update: CurrentRow[] = [];
    for (const row of [...added, ...changed]) {
      if (api.getRowNode(row.key) === undefined) this.#entering.set(row.key, row);
      else update.push(row);
      if (live.kindOf(row.key) === 'left') live.clear(row.key);
    }
    for (const row of removed) {
      this.#entering.delete(row.key);
      if (api.getRowNode(row.key) === undefined) continue;
      live.leave(row.key, now);
      update.push(row);
    }
    if (update.length > 0) api.applyTransaction({ update });
    if (this.#isArranged) for (const { key } of changed) this.#changed.add(key);
    this.look();
  }

  /** Does what may be done now. */
  look(): void {
    const { live, attention } = this.#options;
    const now = performance.now();
    if (live.size > 0) this.#settleMarks(now);
    if (now < this.#restUntil) return;
    const gone = attention.isBusy && live.leaving < goneMax ? [] : live.faded(now);
    const isFree =
      !this.#isArranged || (!attention.isBusy && this.#options.api.getDisplayedRowCount() < selfSortingRowsMax);
    if (isFree && this.#isArranged && this.#changed.size > 0) {
      this.#arrange(gone);
      return;
    }
    const entering = isFree ? [...this.#entering.values()] : [];
    if (entering.length + gone.length > 0) this.#move(entering, gone);
  }

  settle(): void {
    this.#arrange(this.#options.live.faded(Number.POSITIVE_INFINITY));
  }

  /** Brings a row that waits to its place, and with it the others. */
  bring(key: string): void {
    if (this.#entering.has(key)) this.#move([...this.#entering.values()], []);
  }

  /** The grid has just put in order what it shows. */
  arranged(): void {
    this.#changed = new Set();
    if (!this.#isArranged) this.look();
  }

  /** Other rows are there now. */
  forget(): void {
    this.#entering.clear();
    this.#changed = new Set();
    this.#options.live.clearAll();
  }

  get #isArranged(): boolean {
    const { api, search } = this.#options;
    return search.isOn || api.isColumnFilterPresent() || this.isSorted;
  }

  #arrange(gone: readonly string[]): void {
    const { api, root } = this.#options;
    const entering = [...this.#entering.values()];
    this.#changed = new Set();
    if (entering.length + gone.length > 0) this.#move(entering, gone);
    else this.#timed(() => keepingPlace(api, root, () => api.refreshClientSideRowModel('filter')));
  }

  #move(add: CurrentRow[], gone: readonly string[]): void {
    const { api, root, live } = this.#options;
    const remove = gone.flatMap((key) => api.getRowNode(key)?.data ?? []);
    const now = performance.now();
    for (const { key } of add) live.enter(key, now);
    for (const key of gone) live.clear(key);
    this.#entering.clear();
    this.#timed(() => {
      // New rows at the end move nothing, and need no measuring.
      const deed = (): void => void api.applyTransaction({ add, remove });
      if (remove.length === 0 && !this.#isArranged) deed();
      else keepingPlace(api, root, deed);
    });
  }

  #timed(deed: () => void): void {
    const start = performance.now();
    deed();
    const end = performance.now();
    this.#restUntil = end + Math.min(restMsMax, Math.max(restMsMin, (end - start) * restFactor));
  }

  #settleMarks(now: number): void {
    const { api, live } = this.#options;
    const settled = new Set(live.settle(now));
    if (settled.size === 0) return;
    const rows = api
      .getRenderedNodes()
      .flatMap(({ data }) => (data !== undefined && settled.has(data.key) ? [data] : []));
    if (rows.length > 0) api.applyTransaction({ update: rows });
  }
}
