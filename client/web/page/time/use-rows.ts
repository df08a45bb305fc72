import { useEffect, useState } from 'react';
import type { CurrentRow } from '../../../../protocol/errors.ts';
import { TableModel } from '../ledger/table-model.ts';

/** Milliseconds between two drawings of rows that did not change between the moments. */
const drawMs = 400;

/** The rows of a table as of a point, or of now and on; none without a table. */
export function useRows(table: string | undefined, at: string | undefined): readonly CurrentRow[] {
  const [rows, setRows] = useState<readonly CurrentRow[]>([]);
  useEffect(() => {
    if (table === undefined) return setRows([]);
    let timer: ReturnType<typeof setTimeout> | undefined;
    const show = (): void => {
      timer ??= setTimeout(() => {
        timer = undefined;
        setRows([...model.rows.values()]);
      }, drawMs);
    };
    const model: TableModel = new TableModel({
      table,
      at,
      listener: { begin: show, rows: show, whole: show, changes: show, failed: () => setRows([]) },
    });
    return () => {
      clearTimeout(timer);
      model.close();
    };
  }, [table, at]);
  return rows;
}
