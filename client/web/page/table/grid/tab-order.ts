import type { GridApi, GridOptions, SuppressHeaderKeyboardEventParams } from 'ag-grid-community';
import { isInView } from './anchor.ts';

/** All cells are one stop of Tab, however many rows there are: among them the arrows lead on. In an editor it goes to the next cell. */
export function tabOrder<Row>(): GridOptions<Row> {
  return {
    tabToNextCell: ({ editing, nextCellPosition }) => (editing && nextCellPosition) || false,
    // Rows would be stops too for a browser that looks for the next one, as when a cell was made anew under the focus.
    processRowPostCreate: ({ eRow }) => {
      eRow.tabIndex = -1;
    },
    // The grid's own way back into it leads to the last of all rows.
    focusGridInnerElement: ({ fromBottom, api }) => fromBottom && focusWhereItWas(api),
  };
}

/** Of itself the grid would go from the last head of a column to the first of all rows, wherever it is scrolled to. */
export function takesHeadKey<Row>({ event, column, api }: SuppressHeaderKeyboardEventParams<Row>): boolean {
  const isLeaving = event.key === 'Tab' && !event.shiftKey && column === api.getAllDisplayedColumns().at(-1);
  if (!isLeaving || !focusWhereItWas(api)) return false;
  event.preventDefault();
  return true;
}

/** The cell that had the focus, or else the first that is in view; false without one. */
function focusWhereItWas<Row>(api: GridApi<Row>): boolean {
  const before = api.getFocusedCell() ?? undefined;
  const rowIndex = before?.rowIndex ?? api.getRenderedNodes().find((node) => isInView(api, node))?.rowIndex ?? null;
  const column = before?.column ?? api.getAllDisplayedColumns()[0];
  if (rowIndex === null || column === undefined || rowIndex >= api.getDisplayedRowCount()) return false;
  api.setFocusedCell(rowIndex, column);
  return true;
}
