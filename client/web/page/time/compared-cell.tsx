import type { CustomCellRendererProps } from 'ag-grid-react';
import type { Cell, ColumnType } from '../../../../protocol/values.ts';
import { shownCell } from '../words/cell-text.ts';
import classes from './compare-view.module.css';
import type { ShownRow } from './compared-rows.ts';

interface Props extends CustomCellRendererProps<ShownRow, Cell> {
  readonly columnType: ColumnType;
}

/** A cell of two moments: what it was, struck, and what it is; of one that did not change only that. */
export function ComparedCell({ data, value, colDef, columnType }: Props) {
  const was = data?.was[colDef?.colId ?? ''];
  const is = shownCell(columnType, value ?? null);
  if (data === undefined || was === undefined) return is;
  return (
    <>
      <del className={classes.was}>{shownCell(columnType, was) || <Empty />}</del>
      {' → '}
      <ins className={classes.is}>{is || <Empty />}</ins>
    </>
  );
}

function Empty() {
  return <span className={classes.empty}>empty</span>;
}
