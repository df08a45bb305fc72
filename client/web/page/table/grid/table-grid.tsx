import type { CellContextMenuEvent, CellKeyDownEvent, GridReadyEvent } from 'ag-grid-community';
import { AgGridReact } from 'ag-grid-react';
import { type ClipboardEvent, useEffect, useMemo, useRef } from 'react';
import type { CurrentRow } from '../../../../../protocol/errors.ts';
import type { TableDefinition } from '../../../../../protocol/table.ts';
import { usePlace } from '../../address/use-place.ts';
import { columnsOf, keyColumn } from '../columns.ts';
import type { GridEditing } from '../edit/grid-editing.ts';
import { type Marks, noMarks } from '../marks.ts';
import { keepColumns, restoreColumns } from './column-memory.ts';
import { copiedText } from './copied-text.ts';
import classes from './grid.module.css';
import type { GridFeed } from './grid-feed.ts';
import { gridOptions } from './grid-options.ts';
import { registerGrid } from './modules.ts';

registerGrid();

const noRows: readonly CurrentRow[] = [];

export interface TableGridProps {
  readonly definition: TableDefinition;
  readonly feed: GridFeed;
  /** Some rows, by which the columns are measured. */
  readonly rows?: readonly CurrentRow[];
  /** What colours rows besides the feed, such as a comparison. */
  readonly marks?: Marks;
  /** Undefined where nothing can be edited. */
  readonly editing?: GridEditing | undefined;
  /** The menu of a row is asked for. */
  readonly onMenu?: (row: CurrentRow, at: { readonly x: number; readonly y: number }) => void;
}

/** The rows of a table. */
export function TableGrid({ definition, feed, rows = noRows, marks = noMarks, editing, onMenu }: TableGridProps) {
  const root = useRef<HTMLDivElement>(null);
  const [, go] = usePlace();
  const options = useMemo(() => gridOptions(feed), [feed]);
  const columns = useMemo(
    () => columnsOf({ definition, feed, pending: editing?.pending, rows }),
    [definition, feed, editing, rows],
  );
  useEffect(() => (root.current === null ? undefined : feed.attention.observe(root.current)), [feed]);
  useEffect(() => feed.mark(marks), [feed, marks]);
  const { name: table, key = keyColumn } = definition;

  const onReady = ({ api }: GridReadyEvent<CurrentRow>): void => {
    restoreColumns(table, api);
    if (root.current !== null) feed.attach(api, root.current);
  };
  const onKey = ({ event, data, column }: Pick<CellKeyDownEvent<CurrentRow>, 'event' | 'data' | 'column'>): void => {
    if (!(event instanceof KeyboardEvent) || data === undefined || isTyping(event.target)) return;
    const isOpening = event.key === 'Enter' || event.key === ' ';
    if (isOpening && column.getColId() === key) {
      event.preventDefault();
      go({ row: data.key });
    } else editing?.onKey(event, data, column.getColId());
  };
  const onCopy = (event: ClipboardEvent): void => {
    const text = feed.api === undefined || isTyping(event.target) ? undefined : copiedText(feed.api, definition);
    if (text === undefined) return;
    event.clipboardData.setData('text/plain', text);
    event.preventDefault();
  };
  const onPaste = (event: ClipboardEvent): void => {
    if (editing === undefined || isTyping(event.target)) return;
    event.preventDefault();
    editing.onPaste(event.clipboardData.getData('text/plain'));
  };
  const onContext = ({ event, data }: CellContextMenuEvent<CurrentRow>): void => {
    if (!(event instanceof MouseEvent) || data === undefined || onMenu === undefined) return;
    onMenu(data, menuPlace(event));
  };
  const keep = (): void => {
    if (feed.api !== undefined) keepColumns(table, feed.api);
  };
  return (
    <div ref={root} className={classes.grid} onCopy={onCopy} onPaste={onPaste}>
      <AgGridReact<CurrentRow>
        {...options}
        columnDefs={columns}
        preventDefaultOnContextMenu={onMenu !== undefined}
        onGridReady={onReady}
        onGridPreDestroyed={() => feed.detach()}
        onCellClicked={({ column, data }) => {
          if (column.getColId() === key && data !== undefined) go({ row: data.key });
        }}
        onCellKeyDown={onKey as (event: unknown) => void}
        onCellContextMenu={onContext}
        onCellEditingStarted={({ data }) => editing?.onBegin(data)}
        onCellEditingStopped={() => editing?.onEnd()}
        onCellEditRequest={({ data, column, newValue }) => editing?.onEdit(data, column.getColId(), newValue)}
        onFilterChanged={() => feed.arranged()}
        onSortChanged={() => {
          feed.arranged();
          keep();
        }}
        onSelectionChanged={() => feed.counted()}
        onColumnMoved={({ finished }) => finished && keep()}
        onColumnResized={({ finished, source }) => finished && source !== 'api' && keep()}
        onColumnVisible={keep}
      />
    </div>
  );
}

function isTyping(target: EventTarget | null): boolean {
  return target instanceof HTMLElement && target.matches('input:not([type=checkbox]), textarea, select');
}

/** Where the pointer is; with the keyboard, below the cell. */
function menuPlace(event: MouseEvent): { readonly x: number; readonly y: number } {
  if (event.clientX > 0 || event.clientY > 0) return { x: event.clientX, y: event.clientY };
  const { left, bottom } = (event.target as HTMLElement).getBoundingClientRect();
  return { x: left, y: bottom };
}
