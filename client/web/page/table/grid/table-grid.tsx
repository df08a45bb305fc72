import { createGrid, type GridApi } from 'ag-grid-community';
import { type ClipboardEvent, useCallback, useEffect, useMemo, useRef } from 'react';
import type { CurrentRow } from '../../../../../protocol/errors.ts';
import type { TableDefinition } from '../../../../../protocol/table.ts';
import { goTo, placeNow } from '../../address/go-to.ts';
import { usePlace } from '../../address/use-place.ts';
import { paintedRows } from '../../shell/first-paint.ts';
import { keyColumn } from '../cells/key-column.ts';
import { columnsOf, hintOf } from '../columns.ts';
import { editedColumn } from '../edit/edited-column.ts';
import type { GridEditing } from '../edit/grid-editing.ts';
import { arrange, arrangementOf } from './arrangement.ts';
import { keepColumns, restoreColumns } from './column-memory.ts';
import { copiedText } from './copied-text.ts';
import classes from './grid.module.css';
import { type GridCalls, gridEvents, isTyping } from './grid-events.ts';
import type { GridFeed } from './grid-feed.ts';
import { gridOptions } from './grid-options.ts';
import { useMadeGrid } from './use-made-grid.ts';

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

/** The rows of a table. */
export function TableGrid({ definition, feed, rows = noRows, editing, onMenu }: TableGridProps) {
  const [place, go] = usePlace();
  const { name: table, key = keyColumn } = definition;
  const definitionNow = useRef(definition);
  definitionNow.current = definition;
  const columns = useMemo(
    () =>
      columnsOf<CurrentRow>({
        definition,
        rows,
        ...(editing && { more: (column, isKey) => editedColumn(column, isKey, editing.pending) }),
      }),
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
    onShownOtherwise: () => {
      // What a grid that is left has to say comes late.
      if (feed.api !== undefined && placeNow().table === table) tellAddress(feed.api, definition);
    },
  };
  const make = useCallback(
    (element: HTMLElement, columnDefs: typeof columns) => {
      const events = gridEvents(() => calls.current as GridCalls);
      const api = createGrid<CurrentRow>(element, { ...gridOptions(feed), ...events, columnDefs });
      restoreColumns(table, api);
      const { sort, where } = placeNow();
      if (sort.length + where.length === 0) tellAddress(api, definitionNow.current);
      feed.attach(api, element);
      paintedRows();
      const forget = feed.attention.observe(element);
      const end = (): void => {
        forget();
        feed.detach();
      };
      return { api, end };
    },
    [feed, table],
  );
  const { root } = useMadeGrid({ columns, make });
  // What else the address says changes while what the person has just filtered is not in it yet.
  const wanted = JSON.stringify([place.sort, place.where]);
  // biome-ignore lint/correctness/useExhaustiveDependencies: it is read from where it stands.
  useEffect(() => {
    // What was kept of the last time is in the address before this is drawn again.
    if (feed.api !== undefined) arrange(feed.api, definition, placeNow());
  }, [feed, definition, wanted]);

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

/** In place of the address that stands there: with every letter of a filter it would be another one to go back to. */
function tellAddress(api: GridApi<CurrentRow>, definition: TableDefinition): void {
  goTo(arrangementOf(api, definition), { replace: true });
}
