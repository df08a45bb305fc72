import type { CustomCellRendererProps } from 'ag-grid-react';
import type { Cell } from '../../../../protocol/values.ts';
import { cellText } from '../table/cell-text.ts';
import classes from './compare-view.module.css';
import type { ShownRow } from './compared-rows.ts';

/** A cell of two moments: what it was, struck, and what it is; of one that did not change only that. */
export function ComparedCell({ data, value, colDef }: CustomCellRendererProps<ShownRow, Cell>) {
  const was = data?.was[colDef?.colId ?? ''];
  const is = cellText(value ?? null);
  if (data === undefined || was === undefined) return is;
  return (
    <>
      <del className={classes.was}>{cellText(was) || <span className={classes.empty}>empty</span>}</del>
      {' → '}
      <ins className={classes.is}>{is || <span className={classes.empty}>empty</span>}</ins>
    </>
  );
}
