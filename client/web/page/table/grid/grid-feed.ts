import type { GridApi } from 'ag-grid-community';
import type { CurrentRow } from '../../../../../protocol/errors.ts';
import type { TableDefinition } from '../../../../../protocol/table.ts';
import type { RowChanges } from '../../ledger/table-rows.ts';
import { Search } from '../cells/search.ts';
import { isInView, keepingPlace } from './anchor.ts';
import { Attention } from './attention.ts';
import { createGridStatus } from './grid-status.ts';
import { LiveMarks } from './live-marks.ts';
import { RowOrder } from './row-order.ts';

/** Milliseconds for which rows of a table that is being read are gathered: each part costs a layout. */
const loadGatherMs = 120;
/** How many times longer than the last part took the next one waits, so that the page answers meanwhile. */
const loadRestFactor = 3;
/** Between two looks at what has faded, and at what may take its place. */
const tickMs = 300;

/**
 * Brings rows and changes into the grid, beside React: a thousand of them a second are no renderings.
 *
 * Changed cells are written where they stand, at once. Whatever would move rows (new rows, rows that are gone, another
 * place in the order) goes through {@link RowOrder}, which waits while somebody is at the grid.
 */
export class GridFeed {
  readonly attention = new Attention();
  readonly search = new Search();
  readonly status = createGridStatus();
  readonly #live = new LiveMarks();
  #api: GridApi<CurrentRow> | undefined;
  #root: HTMLElement | undefined;
  #order: RowOrder | undefined;
  /** Those of a table that is not whole yet, or before the grid is there. */
  #waiting: CurrentRow[] = [];
  #isWhole = false;
  /** Set while rows are read again, which are shown when all are there: the old ones stay until then. */
  #isAgain = false;
  /** Whether what is read again is of the same moment, as for somebody else: nothing has happened there. */
  #isSameMoment = false;
  /** Rows of the table. */
  #total = 0;
  /** The key of the row whose drawer is open. */
  #open: string | undefined;
  /** The key of a row that is to be brought into view when it comes. */
  #sought: string | undefined;
  #restMs = loadGatherMs;
  #gather: ReturnType<typeof setTimeout> | undefined;
  #patience: ReturnType<typeof setTimeout> | undefined;
  #tick: ReturnType<typeof setInterval> | undefined;

  /** The grid is there now. */
  attach(api: GridApi<CurrentRow>, root: HTMLElement): void {
    this.#api = api;
    this.#root = root;
    this.#order = new RowOrder({ api, root, live: this.#live, attention: this.attention, search: this.search });
    api.setGridOption('rowData', this.#waiting);
    this.#waiting = [];
    this.#tick = setInterval(() => this.#look(), tickMs);
    this.status.setState({ isMade: true });
    this.#seek();
    this.counted();
  }

  detach(): void {
    clearInterval(this.#tick);
    clearTimeout(this.#gather);
    clearTimeout(this.#patience);
    this.#patience = undefined;
    this.#gather = undefined;
    // For the next grid.
    const rows: CurrentRow[] = [];
    this.#api?.forEachLeafNode(({ data }) => data !== undefined && rows.push(data));
    this.#waiting = [...rows, ...this.#waiting];
    this.#api = undefined;
    this.#order = undefined;
    this.status.setState({ isMade: false });
  }

  get #isShowing(): boolean {
    return (this.#api?.getDisplayedRowCount() ?? 0) > 0;
  }

  get api(): GridApi<CurrentRow> | undefined {
    return this.#api;
  }

  /** Of another moment they are not waited for: once its first rows are late they stand alone. */
  begin(definition: TableDefinition, rows: readonly CurrentRow[], isElsewhere: boolean): void {
    this.search.setColumns(definition);
    this.#isAgain ||= this.#isWhole || (!isElsewhere && this.#isShowing);
    this.#isSameMoment = !isElsewhere;
    this.#isWhole = false;
    clearTimeout(this.#gather);
    this.#gather = undefined;
    this.#waiting = [...rows];
    if (!this.#isAgain) this.#show();
    else if (isElsewhere) this.#patience ??= setTimeout(() => this.#showFirst(), loadGatherMs);
  }

  add(rows: readonly CurrentRow[]): void {
    this.#waiting.push(...rows);
    if (!this.#isAgain) this.#gather ??= setTimeout(() => this.#bring(), this.#restMs);
  }

  whole(): void {
    this.#isWhole = true;
    if (this.#isAgain) this.#show();
    else this.#bring();
    this.#isAgain = false;
    this.#seek();
  }

  change(changes: RowChanges): void {
    // Before the grid is there, they are of the rows that it will be given.
    if (this.#order === undefined) this.#waiting = withChanges(this.#waiting, changes);
    else this.#order.take(changes);
    this.counted();
    this.#seek();
  }

  /** Brings a row into view that this person has made, whenever it comes: they look for it, whatever the order. */
  reveal(key: string): void {
    this.#sought = key;
    const api = this.#api;
    if (api?.getRowNode(key) === undefined) this.#order?.bring(key);
    const node = api?.getRowNode(key);
    if (api === undefined || node === undefined || node.rowIndex === null) return;
    // Rows that are still to come may stand ahead of it where they are sorted.
    if (this.#isWhole || this.#order?.isSorted === false) this.#sought = undefined;
    api.ensureIndexVisible(node.rowIndex, isInView(api, node) ? null : 'middle');
  }

  /** Marks the row whose drawer is open, and brings it into view if it is in the table. */
  open(key: string | undefined): void {
    const before = this.#open;
    this.#open = key;
    this.#sought = key;
    if (before !== key) this.#drawMarks([before, key]);
    this.#seek();
    this.counted();
  }

  isOpen(key: string): boolean {
    return key === this.#open;
  }

  /** Whether a row has just come, or is about to go. */
  markOf(key: string): 'entered' | 'left' | undefined {
    return this.#live.kindOf(key);
  }

  /** Shows the rows that hold a text. */
  find(text: string): void {
    if (this.search.set(text)) this.#api?.onFilterChanged();
  }

  /** Brings everything to its place at once, as the person asks. */
  settle(): void {
    this.#order?.settle();
    this.counted();
  }

  /** After the person has filtered or sorted: what waited has its place now. */
  arranged(): void {
    this.#order?.arranged();
    this.counted();
  }

  refresh(key: string): void {
    const node = this.#api?.getRowNode(key);
    if (node !== undefined) this.#api?.refreshCells({ rowNodes: [node], force: true, suppressFlash: true });
  }

  /** Goes to the row that is sought, if it is there by now. The one that is open may be none of the table. */
  #seek(): void {
    if (this.#sought === undefined || this.#api === undefined) return;
    this.reveal(this.#sought);
    if (this.#isWhole && this.#sought === this.#open) this.#sought = undefined;
  }

  /** Has the grid ask anew which marks these rows have. */
  #drawMarks(keys: readonly (string | undefined)[]): void {
    const update = keys.flatMap((key) => (key && this.#api?.getRowNode(key)?.data) || []);
    if (update.length > 0) this.#api?.applyTransaction({ update });
  }

  #showFirst(): void {
    this.#patience = undefined;
    if (this.#isAgain) this.#show();
    this.#isAgain = false;
  }

  #show(): void {
    const { api, root } = { api: this.#api, root: this.#root };
    if (api === undefined || root === undefined) return;
    const rows = this.#waiting;
    this.#waiting = [];
    this.#order?.forget();
    if (this.#isSameMoment) replaceCells(api, rows);
    keepingPlace(api, root, () => api.setGridOption('rowData', rows));
    this.#seek();
    this.counted();
  }

  #bring(): void {
    clearTimeout(this.#gather);
    this.#gather = undefined;
    if (this.#api === undefined || this.#waiting.length === 0) return;
    const rows = this.#waiting;
    this.#waiting = [];
    const start = performance.now();
    this.#api.applyTransaction({ add: rows });
    this.#restMs = Math.max(loadGatherMs, (performance.now() - start) * loadRestFactor);
    this.#seek();
    this.counted();
  }

  #look(): void {
    this.#order?.look();
    this.counted();
  }

  /** The table has so many rows. */
  count(total: number): void {
    this.#total = total;
    this.counted();
  }

  /** Something that the status tells has changed. */
  counted(): void {
    const api = this.#api;
    if (api === undefined || this.#order === undefined) {
      this.status.setState({ total: this.#total, shown: this.#total });
      return;
    }
    const before = this.status.getState();
    const [shown, selected, { stale }] = [api.getDisplayedRowCount(), api.getSelectedNodes().length, this.#order];
    const isFiltered = api.isColumnFilterPresent();
    const { isSorted } = this.#order;
    const hidden = this.#open !== undefined && api.getRowNode(this.#open)?.rowIndex === null ? this.#open : undefined;
    // Rows that only have not reached the grid yet are no part that is shown of more.
    const isPart = isFiltered || this.search.isOn || stale.entered + stale.left > 0;
    const total = isPart ? (this.#isAgain ? before.total : this.#total) : shown;
    const isSame =
      before.shown === shown &&
      before.total === total &&
      before.selected === selected &&
      before.isFiltered === isFiltered &&
      before.isSorted === isSorted &&
      before.hidden === hidden &&
      before.stale.changed === stale.changed &&
      before.stale.entered === stale.entered &&
      before.stale.left === stale.left;
    if (!isSame) this.status.setState({ total, shown, selected, stale, isFiltered, isSorted, hidden });
  }
}

/** Without the colour of what has changed: the values of sealed cells come and go with a login. */
function replaceCells(api: GridApi<CurrentRow>, rows: readonly CurrentRow[]): void {
  const drawn = new Map(api.getRenderedNodes().map((node) => [node.id, node]));
  for (const row of rows) drawn.get(row.key)?.setData(row);
}

function withChanges(rows: readonly CurrentRow[], { added, changed, removed }: RowChanges): CurrentRow[] {
  const byKey = new Map(rows.map((row) => [row.key, row]));
  for (const row of [...added, ...changed]) byKey.set(row.key, row);
  for (const { key } of removed) byKey.delete(key);
  return [...byKey.values()];
}
