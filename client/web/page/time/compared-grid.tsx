import { type ColDef, createGrid, type RowClassRules } from 'ag-grid-community';
import { useCallback, useEffect, useMemo, useRef } from 'react';
import type { Column, TableDefinition } from '../../../../protocol/table.ts';
import type { Cell } from '../../../../protocol/values.ts';
import { usePlace } from '../address/use-place.ts';
import { keyColumn } from '../table/cells/key-column.ts';
import { columnsOf } from '../table/columns.ts';
import grid from '../table/grid/grid.module.css';
import { commonOptions } from '../table/grid/grid-options.ts';
import { useMadeGrid } from '../table/grid/use-made-grid.ts';
import classes from './compare-view.module.css';
import { ComparedCell } from './compared-cell.ts';
import type { ShownRow } from './compared-rows.ts';

interface Props {
  readonly definition: TableDefinition;
  readonly rows: readonly ShownRow[];
}

const fit = { type: 'fitCellContents' } as const;

const marks: RowClassRules<ShownRow> = {
  [classes.rowEntered ?? '']: ({ data }) => data?.mark === 'entered',
  [classes.rowLeft ?? '']: ({ data }) => data?.mark === 'left',
  [classes.rowSame ?? '']: ({ data }) => data?.mark === 'same',
};

/** The rows of two moments in one grid. */
export function ComparedGrid({ definition, rows }: Props) {
  const [{ row }, go] = usePlace();
  const columns = useMemo(() => columnsOf<ShownRow>({ definition, rows: [], more: comparedColumn }), [definition]);
  const { key = keyColumn } = definition;
  const first = useRef(rows);
  const open = useRef(row);
  const make = useCallback(
    (element: HTMLElement, columnDefs: typeof columns) => ({
      api: createGrid<ShownRow>(element, {
        ...commonOptions(),
        columnDefs,
        rowData: [...first.current],
        rowClassRules: { ...marks, [grid.open ?? '']: ({ data }) => data !== undefined && data.key === open.current },
        autoSizeStrategy: fit,
        onCellClicked: ({ column, data }) => {
          if (column.getColId() === key && data !== undefined) go({ row: data.key });
        },
      }),
    }),
    [go, key],
  );
  const { root, made } = useMadeGrid({ columns, make });
  useEffect(() => {
    if (first.current !== rows) made.current?.setGridOption('rowData', [...rows]);
    first.current = rows;
  }, [made, rows]);
  useEffect(() => {
    open.current = row;
    made.current?.redrawRows();
    const index = made.current?.getRowNode(row ?? '')?.rowIndex ?? null;
    if (index !== null) made.current?.ensureIndexVisible(index);
  }, [made, row]);
  return <div ref={root} className={grid.grid} />;
}

function comparedColumn({ name, type }: Column): ColDef<ShownRow, Cell> {
  return {
    // What it was may change while what it is does not.
    equals: () => false,
    enableCellChangeFlash: false,
    cellRenderer: ComparedCell,
    cellRendererParams: { columnType: type },
    cellClassRules: { [classes.cellChanged ?? '']: ({ data }) => data !== undefined && name in data.was },
    minWidth: 90,
  };
}
