import type { GridApi, IRowNode } from 'ag-grid-community';
import type { CurrentRow } from '../../../../../protocol/errors.ts';

/**
 * Does something that moves rows so that the reader's row stays where it is on the screen: the one with the focus, or else
 * the first that is in view. The focus stays on its row too; the grid itself would leave it at the number of the row.
 */
export function keepingPlace(api: GridApi<CurrentRow>, root: HTMLElement, deed: () => void): void {
  const viewport = root.querySelector<HTMLElement>('.ag-grid-viewport');
  // The grid says undefined where its types say null.
  const focused = api.getFocusedCell() ?? undefined;
  const focusedNode = focused === undefined ? undefined : api.getDisplayedRowAtIndex(focused.rowIndex);
  const anchor = anchorOf(api, focusedNode);
  const before = anchor?.rowTop ?? 0;
  const hadFocus = root.contains(document.activeElement);
  deed();
  if (viewport !== null && anchor !== undefined && anchor.rowIndex !== null) {
    const moved = (anchor.rowTop ?? before) - before;
    if (moved !== 0) viewport.scrollTop += moved;
  }
  if (focused === undefined || focusedNode === undefined || focusedNode.rowIndex === null) return;
  if (hadFocus && focusedNode.rowIndex !== focused.rowIndex) api.setFocusedCell(focusedNode.rowIndex, focused.column);
}

function anchorOf(
  api: GridApi<CurrentRow>,
  focused: IRowNode<CurrentRow> | undefined,
): IRowNode<CurrentRow> | undefined {
  if (focused !== undefined && isInView(api, focused)) return focused;
  return api.getRenderedNodes().find((node) => isInView(api, node));
}

/** Whether a part of the row is seen. */
export function isInView<Row>(api: GridApi<Row>, { rowTop, rowHeight }: IRowNode<Row>): boolean {
  const { top, bottom } = api.getVerticalPixelRange();
  return rowTop !== null && rowTop + (rowHeight ?? 0) > top && rowTop < bottom;
}
