import type { GridOptions } from 'ag-grid-community';
import type { CurrentRow } from '../../../../../protocol/errors.ts';
import { styleNonce } from '../../theme/nonce.ts';
import { gridWords } from '../cells/condition-words.ts';
import type { GridRow } from '../columns.ts';
import classes from './grid.module.css';
import type { GridFeed } from './grid-feed.ts';
import { gridTheme } from './grid-theme.ts';
import { tabOrder, takesHeadKey } from './tab-order.ts';

/** Milliseconds that a changed cell stays coloured, and in which the colour goes. */
const flashMs = 700;
const fadeMs = 1_100;

/** What a grid without rows says. */
const emptyWords = {
  noRows: { overlayText: 'There is no row.' },
  noMatchingRows: { overlayText: 'No row fits what is looked for.' },
};

/** What every grid of the page is. */
export function commonOptions<Row extends GridRow>(): GridOptions<Row> {
  return {
    ...tabOrder(),
    theme: gridTheme,
    styleNonce,
    localeText: gridWords,
    overlayComponentParams: emptyWords,
    getRowId: ({ data }) => data.key,
    // Types are the table's, not guessed from what is in the cells.
    defaultColDef: {
      cellDataType: false,
      sortable: true,
      resizable: true,
      minWidth: 48,
      suppressHeaderKeyboardEvent: takesHeadKey,
    },
    maintainColumnOrder: true,
    suppressDragLeaveHidesColumns: true,
    animateRows: false,
    tooltipShowDelay: 500,
  };
}

/** What does not change while the grid of a table is there. */
export function gridOptions(feed: GridFeed): GridOptions<CurrentRow> {
  return {
    ...commonOptions(),
    rowSelection: {
      mode: 'multiRow',
      checkboxes: true,
      headerCheckbox: true,
      selectAll: 'filtered',
      enableClickSelection: false,
    },
    selectionColumnDef: {
      width: 36,
      pinned: 'left',
      lockPosition: 'left',
      suppressHeaderMenuButton: true,
      resizable: false,
    },
    // An edit is asked of the server and shown as pending; the grid writes nothing itself.
    readOnlyEdit: true,
    enterNavigatesVerticallyAfterEdit: true,
    stopEditingWhenCellsLoseFocus: true,
    // Rows keep their places when cells of them change: see RowOrder.
    suppressModelUpdateAfterUpdateTransaction: true,
    rowBuffer: 12,
    preventDefaultOnContextMenu: true,
    suppressScrollOnNewData: true,
    cellFlashDuration: flashMs,
    cellFadeDuration: fadeMs,
    isExternalFilterPresent: () => feed.search.isOn,
    doesExternalFilterPass: ({ data }) => data === undefined || feed.search.matches(data),
    rowClassRules: {
      [classes.open ?? '']: ({ data }) => feed.isOpen(data?.key ?? ''),
      [classes.entered ?? '']: ({ data }) => feed.markOf(data?.key ?? '') === 'entered',
      [classes.left ?? '']: ({ data }) => feed.markOf(data?.key ?? '') === 'left',
    },
  };
}
