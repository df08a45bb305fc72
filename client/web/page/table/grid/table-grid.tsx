import { createGrid, type GridApi } from 'ag-grid-community';
import { type ClipboardEvent, useEffect, useMemo, useRef } from 'react';
import type { CurrentRow } from '../../../../../protocol/errors.ts';
import type { TableDefinition } from '../../../../../protocol/table.ts';
import { usePlace } from '../../address/use-place.ts';
import { paintedRows } from '../../shell/first-paint.ts';
import { columnsOf, hintOf, keyColumn } from '../columns.ts';
import type { GridEditing } from '../edit/grid-editing.ts';
import { keepColumns, restoreColumns } from './column-memory.ts';
import { copiedText } from './copied-text.ts';
import classes from './grid.module.css';
import { type GridCalls, gridEvents, isTyping } from './grid-events.ts';
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
  /** Undefined where nothing can be edited. */
  readonly editing?: GridEditing | undefined;
  /** The menu of a row is asked for. */
  readonly onMenu?: GridCalls['onMenu'];
}

/**
 * The rows of a table. The grid is made without React's hand in it: its cells come and go by the hundred with every frame
 * that is scrolled, and as components they took three times as long.
 */
export function TableGrid({ definition, feed, rows = noRows, editing, onMenu }: TableGridProps) {
  const root = useRef<HTMLDivElement>(null);
  const [, go] = usePlace();
  const { name: table, key = keyColumn } = definition;
  const columns = useMemo(
    () => columnsOf({ definition, pending: editing?.pending, rows }),
    [definition, editing, rows],
  );
  const calls = useRef<GridCalls>(undefined);
  calls.current = {
    key,
    feed,
    editing,
    onOpen: (row) => go({ row: row.key }),
    onMenu,
    hintOf: (row, column) => hintOf(definition, row, column, editing?.pending),
    onArranged: () => {
      if (feed.api !== undefined) keepColumns(table, feed.api);
    },
  };
  useGrid({ root, feed, table, columns, calls: calls as { current: GridCalls } });

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
  return <div ref={root} className={classes.grid} onCopy={onCopy} onPaste={onPaste} />;
}

interface UseGrid {
  readonly root: { readonly current: HTMLDivElement | null };
  readonly feed: GridFeed;
  readonly table: string;
  readonly columns: ReturnType<typeof columnsOf>;
  readonly calls: { readonly current: GridCalls };
}

/** Makes the grid once for each feed, and tells it of other columns. */
function useGrid({ root, feed, table, columns, calls }: UseGrid): void {
  const made = useRef<GridApi<CurrentRow>>(undefined);
  const first = useRef(columns);
  useEffect(() => {
    const element = root.current;
    if (element === null) return;
    const columnDefs = first.current;
    const api = createGrid<CurrentRow>(element, {
      ...gridOptions(feed),
      ...gridEvents(() => calls.current),
      columnDefs,
    });
    made.current = api;
    restoreColumns(table, api);
    feed.attach(api, element);
    paintedRows();
    const forget = feed.attention.observe(element);
    return () => {
      forget();
      feed.detach();
      made.current = undefined;
      api.destroy();
    };
  }, [root, feed, table, calls]);
  useEffect(() => {
    if (first.current !== columns) made.current?.setGridOption('columnDefs', columns);
    first.current = columns;
  }, [columns]);
}
