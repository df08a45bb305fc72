import type { Step } from '../../protocol/commands.ts';
import type { RowDiff } from '../../protocol/diff.ts';
import type { CurrentRow, Problem } from '../../protocol/errors.ts';
import { reshapeRow } from '../../protocol/reshape.ts';
import { commitmentIn, sealedNames } from '../../protocol/sealed.ts';
import type { TableDefinition } from '../../protocol/table.ts';
import type { Cell, Cells } from '../../protocol/values.ts';
import { RowcastError } from '../errors.ts';
import { type Loosened, loosened } from './loosened.ts';
import type { PatchTarget } from './patch-target.ts';
import type { TableChanges } from './table-changes.ts';

interface FoundRow {
  readonly current: CurrentRow;
  /** As they are once the patch has changed the table's columns. */
  readonly cells: Cells;
}

/** A table of the target, with those of its rows that the patch is about. */
export class PatchedTable {
  readonly #definition: TableDefinition;
  readonly #changes: TableChanges;
  readonly #diffs: readonly RowDiff[];
  readonly #found = new Map<string, FoundRow>();
  /** Rows that the target has there now. */
  #size = 0;

  private constructor(definition: TableDefinition, changes: TableChanges, diffs: readonly RowDiff[]) {
    this.#definition = definition;
    this.#changes = changes;
    this.#diffs = diffs;
  }

  /** @param diffs of its rows */
  static async read(
    name: string,
    { target, changes, diffs }: { target: PatchTarget; changes: TableChanges; diffs: readonly RowDiff[] },
  ): Promise<PatchedTable> {
    const now = target.definitions.get(name);
    const after = changes.after(now);
    if (after === undefined) throw new RowcastError('table_not_found', `there is no table ${name}`);
    const table = new PatchedTable(after, changes, diffs);
    if (now === undefined) return table;
    if (diffs.length === 0 && !changes.isReplaced) return table;
    const keys = new Set(diffs.map(({ key }) => key));
    for await (const current of target.rows(name)) {
      table.#size += 1;
      if (!keys.has(current.key)) continue;
      table.#found.set(current.key, { current, cells: reshapeRow(now, changes.altered?.steps ?? [], current.row) });
    }
    return table;
  }

  get name(): string {
    return this.#definition.name;
  }

  /** What is done to its columns before its rows change and behind that. */
  get alter(): Loosened {
    const steps = this.#changes.altered?.steps ?? [];
    // Rows that only go do so first.
    if (this.#diffs.every(({ op }) => op === 'delete')) return { before: steps, behind: [] };
    return loosened(steps, this.#definition, this.#swapped);
  }

  /** Columns of unique values of which a row takes one that another row has until then. */
  get #swapped(): string[] {
    const updates = this.#diffs.filter(({ op }) => op === 'update');
    return this.#definition.columns
      .filter(({ unique }) => unique)
      .map(({ name }) => name)
      .filter((name) => {
        const changed = updates.filter(({ was = {} }) => name in was);
        const left = new Set(changed.map(({ was }) => cellJson(was?.[name])));
        return changed.some(({ row }) => row?.[name] !== undefined && left.has(cellJson(row[name])));
      });
  }

  /** Whether its rows are already as the patch leaves them, in a table that is. */
  get isDone(): boolean {
    if (this.#changes.isReplaced && this.#size !== this.#diffs.length) return false;
    return this.#diffs.every(({ key, op, row = {}, was = {} }) => {
      const now = this.#found.get(key)?.current.row;
      if (op === 'delete' || now === undefined) return op === 'delete' && now === undefined;
      const names = op === 'insert' ? [...Object.keys(row), ...Object.keys(now)] : Object.keys(was);
      return names.every((name) => cellJson(now[name]) === cellJson(row[name]));
    });
  }

  get conflicts(): Problem[] {
    return this.#diffs.flatMap((diff) => this.#conflicts(diff));
  }

  /** The commands for the rows of that kind. */
  steps(kind: RowDiff['op']): Step[] {
    return this.#diffs.filter(({ op }) => op === kind).map((diff) => this.#step(diff));
  }

  #conflicts({ key, op, was = {} }: RowDiff): Problem[] {
    const about = { code: 'version_conflict' as const, table: this.#definition.name, key };
    const before = this.#before(key);
    if (op === 'insert')
      return before === undefined ? [] : [{ ...about, message: 'is there already', current: before.current }];
    if (before === undefined) return [{ ...about, message: 'is not there' }];
    const { cells } = before;
    const names = op === 'delete' ? [...new Set([...Object.keys(was), ...Object.keys(cells)])] : Object.keys(was);
    return names
      .filter((name) => cellJson(was[name]) !== cellJson(cells[name]))
      .map((column) => ({
        ...about,
        column,
        message: `${column} is ${cellJson(cells[column])}, not ${cellJson(was[column])}`,
      }));
  }

  /** The row that the patch finds; in a table that it makes there is none. */
  #before(key: string): FoundRow | undefined {
    return this.#changes.isNew ? undefined : this.#found.get(key);
  }

  #step({ key, op, row = {}, was = {} }: RowDiff): Step {
    const table = this.#definition.name;
    const version = this.#before(key)?.current.version;
    const expect = version === undefined ? undefined : { version };
    if (op === 'delete') return { type: 'row.delete', table, key, expect };
    const names = op === 'insert' ? this.#definition.columns.map((column) => column.name) : Object.keys(was);
    // Each by name: a default is not for a cell that was left empty.
    const set = Object.fromEntries(names.map((name) => [name, row[name] ?? null]));
    this.#refuseSealed(key, set);
    // Rows that are sealed on the way have another version then.
    if (op === 'update') return { type: 'row.update', table, key, row: set, expect: this.#seals ? undefined : expect };
    return { type: 'row.insert', table, row: set, ...(this.#definition.key === undefined ? { key } : {}) };
  }

  get #seals(): boolean {
    const { steps = [] } = this.#changes.altered ?? {};
    return steps.some((step) => step.do === 'rules' && step.set.sealed === true);
  }

  #refuseSealed(key: string, cells: Cells): void {
    const { name } = this.#definition;
    const sealed = sealedNames(this.#definition).find((one) => commitmentIn(cells[one]) !== undefined);
    if (sealed === undefined) return;
    const message = `${name} ${key}: the value of ${sealed} is sealed; make the patch as an administrator to take it along`;
    throw new RowcastError('bad_request', message);
  }
}

function cellJson(cell: Cell | undefined): string {
  return JSON.stringify(cell ?? null);
}
