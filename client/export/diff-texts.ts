import { patchLines } from '../diff/patch.ts';
import type { LedgerDiff } from '../diff/read-diff.ts';
import { type CellDiff, cellDiffs, diffShape, tableDiffLine } from './diff-shape.ts';
import { Renderer, type RenderOptions } from './renderer.ts';

/** Lines, or cells, that are made into text together. */
const chunk = 1_000;

/** A diff as a patch, part by part. */
export async function* patchTexts(diff: LedgerDiff): AsyncGenerator<string, void, undefined> {
  let lines: string[] = [];
  for await (const line of patchLines(diff)) {
    if (lines.push(line) < chunk) continue;
    yield `${lines.join('\n')}\n`;
    lines = [];
  }
  if (lines.length > 0) yield `${lines.join('\n')}\n`;
}

/** A diff cell by cell, each with both its values, part by part: as CSV for spreadsheets. */
export async function* diffTexts(
  { tables, rows }: LedgerDiff,
  options: RenderOptions,
): AsyncGenerator<string, void, undefined> {
  const renderer = new Renderer(diffShape, options);
  yield renderer.begin();
  let cells: CellDiff[] = tables.map(tableDiffLine);
  for await (const row of rows) {
    cells.push(...cellDiffs(row));
    if (cells.length < chunk) continue;
    yield renderer.items(cells);
    cells = [];
  }
  yield renderer.items(cells) + renderer.end();
}
