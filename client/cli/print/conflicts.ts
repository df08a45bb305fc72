import type { Problem } from '../../../protocol/errors.ts';
import type { Cells } from '../../../protocol/values.ts';
import { Grid, type GridRow } from './grid.ts';
import { type Paint, showCell } from './paint.ts';
import { showTime } from './time.ts';

export interface ConflictOptions {
  readonly paint: Paint;
  readonly width?: number | undefined;
  readonly now: Date;
}

/** What stands in a revert's way, one conflict a line: what is there now, what would be, and who changed it since. */
export function conflictLines(problems: readonly Problem[], { paint, width, now }: ConflictOptions): string[] {
  const titles = ['table', 'row', 'column', 'now', 'would be', 'changed since'];
  const grid = new Grid({ columns: titles.map((title) => ({ title })), paint, width });
  return grid.lines(withCurrent(problems).map((problem) => conflictRow(problem, paint, now)));
}

/** The first problem of a row tells what the row is now, for all of them. */
function withCurrent(problems: readonly Problem[]): Problem[] {
  const rows = new Map<string, Problem['current']>();
  return problems.map((problem) => {
    const row = JSON.stringify([problem.table, problem.key]);
    if (!rows.has(row)) rows.set(row, problem.current);
    const current = rows.get(row);
    return current === undefined ? problem : { ...problem, current };
  });
}

function conflictRow(problem: Problem, paint: Paint, now: Date): GridRow {
  const { table, key, column, current, wouldBe, touched, message } = problem;
  // Of a table, or of a whole column: there are no two values.
  if (key === undefined) return [table, undefined, column, undefined, undefined, message];
  const since = touched === undefined ? message : `#${touched.seq} by ${touched.by} at ${showTime(touched.at, now)}`;
  if (column !== undefined) {
    return [table, key, column, showCell(current?.row[column], paint), showCell(wouldBe, paint), since];
  }
  return [table, key, undefined, rowText(current?.row, paint), rowText((wouldBe ?? undefined) as Cells, paint), since];
}

function rowText(cells: Cells | undefined, paint: Paint): string {
  return cells === undefined ? '(gone)' : cellsText(cells, paint);
}

function cellsText(cells: Cells, paint: Paint): string {
  return Object.entries(cells)
    .map(([name, cell]) => `${name} ${showCell(cell, paint)}`)
    .join(', ');
}
