import type { Command } from 'commander';
import type { CurrentRow } from '../../../protocol/errors.ts';
import { limits } from '../../../protocol/limits.ts';
import type { BlamedChange, ReplyOf } from '../../../protocol/replies.ts';
import type { Cell } from '../../../protocol/values.ts';
import type { Context } from '../context.ts';
import { findTable } from '../definitions.ts';
import { Grid, type GridRow } from '../print/grid.ts';
import { shownCell } from '../print/paint.ts';
import { count, showTime } from '../print/time.ts';
import { addListOptions, type ListOptions, readPages } from '../rows.ts';
import { describedCommand } from '../verb.ts';

/** `rowcast blame TABLE [KEY]`: who last set each cell, when and why. */
export function blameCommand(context: () => Context): Command {
  const command = describedCommand({
    name: 'blame',
    summary: 'who last set each cell of a row or of a table, when and why',
    notes: ['A cell that was not set since its column was added is told as that change of the table.'],
    examples: ['blame employees E7', 'blame employees --where job=engineer', 'blame employees E7 --as-of v1.0'],
  })
    .argument('<table>')
    .argument('[key]');
  return addListOptions(command).action((table: string, key: string | undefined, options: ListOptions) =>
    key === undefined ? blameTable(context(), table, options) : blameRow(context(), { table, key, options }),
  );
}

/** Rows that are printed to a person unless more is asked for: each takes a line for every cell. */
const shownRows = 20;

interface RowAsked {
  readonly table: string;
  readonly key: string;
  readonly options: ListOptions;
}

async function blameRow(context: Context, { table, key, options: { asOf } }: RowAsked): Promise<void> {
  await context.reading(async (ledger) => {
    const { signal } = context;
    const blame = await ledger.blame(table, [key], { signal, asOf });
    const then = { seq: blame.seq, epoch: blame.epoch };
    const row = await ledger.get(table, key, { signal, open: await context.opens(), asOf: then });
    await new BlamePrinter(context).print([row], blame);
  });
}

async function blameTable(context: Context, name: string, options: ListOptions): Promise<void> {
  const table = await findTable(context, name, options.asOf);
  const most = options.limit ?? (options.all === true || context.json ? Number.POSITIVE_INFINITY : shownRows);
  const { pages, counted } = readPages(context, { table, options, most });
  const printer = new BlamePrinter(context);
  const atATime = Math.max(1, Math.floor(limits.blameCellsMax / Math.max(1, table.definition.columns.length)));
  for await (const page of pages) {
    const asOf = { seq: counted.seq ?? 0 };
    for (let at = 0; at < page.length; at += atATime) {
      const rows = page.slice(at, at + atATime);
      const keys = rows.map(({ key }) => key);
      await printer.print(
        rows,
        await context.reading((ledger) => ledger.blame(name, keys, { signal: context.signal, asOf })),
      );
    }
  }
  if (counted.rows === 0) await context.note('no rows');
  if (counted.more) await context.note(`the first ${count(counted.rows, 'row')}; --all shows all, --limit N so many`);
}

/** Prints cells with the changes that set them, a cell a line; to programs a row a line. */
class BlamePrinter {
  readonly #context: Context;
  readonly #grid: Grid;

  constructor(context: Context) {
    const { paint, width } = context.out;
    this.#context = context;
    this.#grid = new Grid({
      columns: ['row', 'column', 'value', 'by', 'when', 'change', 'why'].map((title) => ({ title })),
      paint,
      width,
    });
  }

  async print(rows: readonly CurrentRow[], { rows: blamed, changes }: ReplyOf<'row.blame'>): Promise<void> {
    const bySeq = new Map(changes.map((change) => [change.seq, change]));
    const cellsByKey = new Map(blamed.map(({ key, cells }) => [key, cells]));
    const told = rows.map(({ key, row }) => ({ key, row, cells: Object.entries(cellsByKey.get(key) ?? {}) }));
    if (this.#context.json) {
      for (const { key, row, cells } of told) {
        const set = cells.map(([column, seq]) => [column, { value: row[column], ...bySeq.get(seq) }]);
        await this.#context.printJson({ key, cells: Object.fromEntries(set) });
      }
      return;
    }
    const lines = told.flatMap(({ key, row, cells }) =>
      cells.map(([column, seq], index) =>
        cellLine({ key: index === 0 ? key : ' ', column, cell: row[column] }, bySeq.get(seq)),
      ),
    );
    await this.#context.print(...this.#grid.lines(lines));
  }
}

interface BlamedCell {
  readonly key: string;
  readonly column: string;
  readonly cell: Cell | undefined;
}

function cellLine({ key, column, cell }: BlamedCell, change: BlamedChange | undefined): GridRow {
  const value = cell === undefined || cell === null ? undefined : shownCell(cell);
  const { seq = 0, at = '', by, why } = change ?? {};
  return [key, column, value, by, showTime(at, new Date()), `#${seq}`, why ?? ' '];
}
