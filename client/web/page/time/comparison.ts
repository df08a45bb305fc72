import type { RowDiff } from '../../../../protocol/diff.ts';
import type { RowEntry } from '../../../../protocol/entry.ts';
import type { Cell, Cells } from '../../../../protocol/values.ts';

/** A row that is not as it was. */
export interface ComparedRow {
  readonly key: string;
  readonly mark: 'entered' | 'left' | 'changed';
  /** As it is at the second moment; as it was, when it has left. */
  readonly row: Cells;
  /** Of a changed row: the cells that differ as they were, null where one was empty. */
  readonly was: Cells;
}

const marks = { insert: 'entered', update: 'changed', delete: 'left' } as const;

/** What differs in one table between two moments, and kept so while the second one moves on. */
export class Comparison {
  readonly rows = new Map<string, ComparedRow>();

  begin(diffs: readonly RowDiff[]): void {
    this.rows.clear();
    for (const { key, op, row = {}, was = {} } of diffs) {
      this.rows.set(key, { key, mark: marks[op], row: op === 'delete' ? was : row, was: op === 'update' ? was : {} });
    }
  }

  /** A change behind the second moment. A row that is again as it was, is none that differs. */
  apply({ op, key, row, was }: RowEntry): void {
    // Of a row that is gone already.
    if (op === 'erase' && row === undefined) return;
    const known = this.rows.get(key);
    const base = known === undefined ? before(op === 'insert' ? undefined : { ...row, ...was }) : baseOf(known);
    const compared = compare(key, base, row);
    if (compared === undefined) this.rows.delete(key);
    else this.rows.set(key, compared);
  }

  /** How many rows entered, left and changed. */
  get counts(): Readonly<Record<ComparedRow['mark'], number>> {
    const counts = { entered: 0, left: 0, changed: 0 };
    for (const { mark } of this.rows.values()) counts[mark] += 1;
    return counts;
  }
}

function baseOf({ mark, row, was }: ComparedRow): Cells | undefined {
  return mark === 'entered' ? undefined : before({ ...row, ...was });
}

/** Without the cells that were empty. */
function before(cells: Cells | undefined): Cells | undefined {
  return cells && Object.fromEntries(Object.entries(cells).filter(([, cell]) => cell !== null));
}

function compare(key: string, base: Cells | undefined, row: Cells | undefined): ComparedRow | undefined {
  if (base === undefined) return row && { key, mark: 'entered', row, was: {} };
  if (row === undefined) return { key, mark: 'left', row: base, was: {} };
  const was: Record<string, Cell> = {};
  for (const name of new Set([...Object.keys(base), ...Object.keys(row)])) {
    const old = base[name] ?? null;
    if (JSON.stringify(old) !== JSON.stringify(row[name] ?? null)) was[name] = old;
  }
  return Object.keys(was).length === 0 ? undefined : { key, mark: 'changed', row, was };
}
