import type { CellClassRules, ColDef } from 'ag-grid-community';
import type { CurrentRow } from '../../../../../protocol/errors.ts';
import type { Column } from '../../../../../protocol/table.ts';
import type { Cell } from '../../../../../protocol/values.ts';
import { shownCell } from '../../words/cell-text.ts';
import classes from '../grid/grid.module.css';
import { editorOf } from './editors.ts';
import type { PendingCells } from './pending-cells.ts';

/** A column that can be edited: its cells show what is on its way, and what was refused. */
export function editedColumn(column: Column, isKey: boolean, pending: PendingCells): ColDef<CurrentRow, Cell> {
  const { name, type } = column;
  const typedOf = (key: string): string | undefined => pending.typedOf(key, name);
  return {
    valueGetter: ({ data }) => (data === undefined ? null : pending.valueOf(data.key, name, data.row[name] ?? null)),
    valueFormatter: ({ data, value }) => {
      const typed = typedOf(data?.key ?? '');
      return typed === undefined ? shownCell(type, value ?? null) : shownCell('text', typed);
    },
    cellClassRules: pendingRules(pending, name),
    ...(isKey ? {} : editorOf(column, typedOf)),
  };
}

function pendingRules(pending: PendingCells, name: string): CellClassRules<CurrentRow, Cell> {
  return {
    [classes.pending ?? '']: ({ data }) => pending.stateOf(data?.key ?? '', name) === 'sent',
    [classes.refused ?? '']: ({ data }) => pending.stateOf(data?.key ?? '', name) === 'refused',
  };
}
