import type { ColDef, GridApi } from 'ag-grid-community';
import { useEffect, useRef } from 'react';
import type { Cell } from '../../../../../protocol/values.ts';
import { registerGrid } from './modules.ts';

registerGrid();

interface MadeGrid<Row> {
  readonly api: GridApi<Row>;
  /** Before it goes. */
  readonly end?: () => void;
}

interface Options<Row> {
  readonly columns: ColDef<Row, Cell>[];
  /** Another function makes another grid. */
  readonly make: (element: HTMLElement, columns: ColDef<Row, Cell>[]) => MadeGrid<Row>;
}

/**
 * A grid in an element of the page, which is told of other columns. It is made without React's hand in it: its cells come and
 * go by the hundred with every frame that is scrolled, and as components they took three times as long.
 */
export function useMadeGrid<Row>({ columns, make }: Options<Row>) {
  const root = useRef<HTMLDivElement>(null);
  const made = useRef<GridApi<Row>>(undefined);
  const first = useRef(columns);
  useEffect(() => {
    const element = root.current;
    if (element === null) return;
    const { api, end } = make(element, first.current);
    made.current = api;
    return () => {
      end?.();
      made.current = undefined;
      api.destroy();
    };
  }, [make]);
  useEffect(() => {
    if (first.current !== columns) made.current?.setGridOption('columnDefs', columns);
    first.current = columns;
  }, [columns]);
  return { root, made };
}
