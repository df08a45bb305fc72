import type { Column, GridOptions } from 'ag-grid-community';
import type { CurrentRow } from '../../../../../protocol/errors.ts';
import type { GridEditing } from '../edit/grid-editing.ts';
import type { GridFeed } from './grid-feed.ts';

/** What the grid calls, as it is now: the grid stays while what surrounds it is drawn anew. */
export interface GridCalls {
  /** The column whose cells open their rows. */
  readonly key: string;
  readonly feed: GridFeed;
  readonly editing: GridEditing | undefined;
  readonly onOpen: (row: CurrentRow) => void;
  readonly onMenu: ((row: CurrentRow, at: { readonly x: number; readonly y: number }) => void) | undefined;
  /** What a cell does not show by itself. */
  readonly hintOf: (row: CurrentRow, column: string) => string | undefined;
  /** The columns are arranged otherwise. */
  readonly onArranged: () => void;
  /** Rows are sorted or filtered otherwise. */
  readonly onShownOtherwise: () => void;
}

/** What happens in the grid, as calls. */
export function gridEvents(calls: () => GridCalls): GridOptions<CurrentRow> {
  return {
    onCellClicked: ({ column, data }) => {
      if (column.getColId() === calls().key && data !== undefined) calls().onOpen(data);
    },
    onCellKeyDown: ({ event, data, ...where }) => {
      if ('column' in where) onKey(calls(), event, data, where.column);
    },
    onCellContextMenu: ({ event, data }) => {
      const { onMenu } = calls();
      if (event instanceof MouseEvent && data !== undefined) onMenu?.(data, menuPlace(event));
    },
    onCellMouseOver: ({ event, data, column }) => {
      const cell = event?.target instanceof Element ? event.target.closest<HTMLElement>('.ag-cell') : null;
      if (cell !== null && data !== undefined) cell.title = calls().hintOf(data, column.getColId()) ?? '';
    },
    onCellEditingStarted: ({ data }) => calls().editing?.onBegin(data),
    onCellEditingStopped: () => calls().editing?.onEnd(),
    onCellEditRequest: ({ data, column, newValue }) => calls().editing?.onEdit(data, column.getColId(), newValue),
    onFilterChanged: () => {
      calls().feed.arranged();
      calls().onShownOtherwise();
    },
    onSortChanged: () => {
      calls().feed.arranged();
      calls().onArranged();
      calls().onShownOtherwise();
    },
    onSelectionChanged: () => calls().feed.counted(),
    onColumnMoved: ({ finished }) => void (finished && calls().onArranged()),
    onColumnResized: ({ finished, source }) => void (finished && source !== 'api' && calls().onArranged()),
    onColumnVisible: () => calls().onArranged(),
  };
}

function onKey(
  { key, onOpen, editing }: GridCalls,
  event: Event | null | undefined,
  row: CurrentRow | undefined,
  column: Column,
): void {
  if (!(event instanceof KeyboardEvent) || row === undefined || isTyping(event.target)) return;
  const isOpening = event.key === 'Enter' || event.key === ' ';
  if (isOpening && column.getColId() === key) {
    event.preventDefault();
    onOpen(row);
  } else editing?.onKey(event, row, column.getColId());
}

/** Whether keys and the clipboard are those of a field. */
export function isTyping(target: EventTarget | null): boolean {
  return target instanceof HTMLElement && target.matches('input:not([type=checkbox], [type=radio]), textarea, select');
}

/** Where the pointer is; with the keyboard, below the cell. */
function menuPlace(event: MouseEvent): { readonly x: number; readonly y: number } {
  if (event.clientX > 0 || event.clientY > 0) return { x: event.clientX, y: event.clientY };
  const { left, bottom } = (event.target as HTMLElement).getBoundingClientRect();
  return { x: left, y: bottom };
}
