import type { CellChange } from '../../protocol/replies.ts';
import type { AsOfOption } from './as-of.ts';
import type { Context } from './context.ts';
import { Grid, type GridRow } from './print/grid.ts';
import { shownCell } from './print/paint.ts';
import { showTime } from './print/time.ts';

interface CellAsked extends AsOfOption {
  readonly table: string;
  readonly key: string;
  readonly column: string;
  readonly newestFirst?: true | undefined;
  readonly limit?: number | undefined;
}

/** Changes that are printed together; the widths are those of the first of them. */
const chunk = 500;

/** Prints every value that a cell held, a change a line; whether there was any. */
export async function printCellHistory(context: Context, asked: CellAsked): Promise<boolean> {
  const { table, key, column, limit = Number.POSITIVE_INFINITY, newestFirst, asOf } = asked;
  const { paint, width } = context.out;
  const grid = new Grid({
    columns: ['change', 'when', 'by', '', column, 'why'].map((title, index) => ({ title, right: index === 0 })),
    paint,
    width,
  });
  return await context.reading(async (ledger) => {
    const options = { signal: context.signal, open: await context.opens(), newestFirst, asOf };
    let rows: GridRow[] = [];
    let count = 0;
    for await (const change of ledger.cellHistory(table, key, column, options)) {
      count += 1;
      if (context.json) await context.printJson(change);
      else rows.push(gridRow(change, column));
      if (rows.length === chunk) {
        await context.print(...grid.lines(rows));
        rows = [];
      }
      if (count >= limit) break;
    }
    if (rows.length > 0) await context.print(...grid.lines(rows));
    return count > 0;
  });
}

function gridRow({ seq, at, by, op, column, type, value, why }: CellChange, asked: string): GridRow {
  const form = column === asked ? type : `${column}, ${type}`;
  const what = op === 'alter' ? `alter (${form})` : op;
  const shown = value === undefined ? undefined : shownCell(value);
  return [
    `#${seq}`,
    showTime(at, new Date()),
    by,
    column === asked || op === 'alter' ? what : `${op} as ${column}`,
    shown,
    why,
  ];
}
