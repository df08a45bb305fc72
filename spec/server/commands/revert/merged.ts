import type { Cell, Cells } from '../../../../protocol/values.ts';

/** A row before the reverted changes, behind them, and now. */
export interface States {
  readonly before: Cells | undefined;
  readonly after: Cells | undefined;
  readonly now: Cells | undefined;
}

/** What a revert has to come to, and which cells, or the row as a whole (null), stand in its way. */
export interface Merged {
  readonly conflicts: readonly (string | null)[];
  readonly keep: Cells | undefined;
  readonly overwrite: Cells | undefined;
}

/** The rule of reverts for one row, told once more and without the server's words: the oracle of its property test. */
export function merged({ before, after, now }: States): Merged {
  const settled = (row: Cells | undefined): Merged => ({ conflicts: [], keep: row, overwrite: row });
  if (isSame(before, after) || isSame(before, now)) return settled(now);
  if (isSame(after, now)) return settled(before);
  if (before === undefined && now === undefined) return settled(undefined);
  if (before === undefined || after === undefined || now === undefined) {
    return { conflicts: [null], keep: now, overwrite: before };
  }
  return mergedCells(before, after, now);
}

function mergedCells(before: Cells, after: Cells, now: Cells): Merged {
  const conflicts: string[] = [];
  const [keep, overwrite]: [Record<string, Cell>, Record<string, Cell>] = [{ ...now }, { ...now }];
  for (const name of new Set([before, after].flatMap((cells) => Object.keys(cells)))) {
    const [was, left, is] = [before[name] ?? null, after[name] ?? null, now[name] ?? null];
    if (was === left || is === was) continue;
    overwrite[name] = was;
    if (is === left) keep[name] = was;
    else conflicts.push(name);
  }
  return { conflicts, keep: filled(keep), overwrite: filled(overwrite) };
}

function filled(cells: Cells): Cells {
  return Object.fromEntries(Object.entries(cells).filter(([, cell]) => cell !== null));
}

function isSame(a: Cells | undefined, b: Cells | undefined): boolean {
  if (a === undefined || b === undefined) return a === b;
  const names = new Set([...Object.keys(a), ...Object.keys(b)]);
  return [...names].every((name) => (a[name] ?? null) === (b[name] ?? null));
}
