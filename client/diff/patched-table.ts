import type { Step } from '../../protocol/commands.ts';
import type { RowDiff } from '../../protocol/diff.ts';
import type { CurrentRow, Problem } from '../../protocol/errors.ts';
import { commitmentIn, sealedNames } from '../../protocol/sealed.ts';
import type { AlterStep, TableDefinition } from '../../protocol/table.ts';
import type { Cell, Cells } from '../../protocol/values.ts';
import { RowcastError } from '../errors.ts';
import { NetAlter, type NetAlterSteps } from './net-alter.ts';
import type { PatchTarget } from './patch-target.ts';
import type { TableChanges } from './table-changes.ts';

interface FoundRow {
  readonly current: CurrentRow;
  /** As they are once the patch has changed the table's columns. */
  readonly cells: Cells;
  /** Columns that would not keep their cells in it: these have to be empty before. */
  readonly losing: readonly string[];
}

interface AlterSteps {
  /** One part, or two, between which cells are emptied. */
  readonly before: readonly (readonly AlterStep[])[];
  readonly emptied: readonly Step[];
  readonly behind: readonly AlterStep[];
}

const noSteps: NetAlterSteps = { named: [], typed: [], demanding: [] };

/** A table of the target, with those of its rows that the patch is about. */
export class PatchedTable {
  readonly #definition: TableDefinition;
  readonly #changes: TableChanges;
  readonly #diffs: readonly RowDiff[];
  readonly #alter: NetAlter | undefined;
  readonly #found = new Map<string, FoundRow>();
  /** Rows that the target has there now. */
  #size = 0;

  private constructor(definition: TableDefinition, changes: TableChanges, diffs: readonly RowDiff[]) {
    this.#definition = definition;
    this.#changes = changes;
    this.#diffs = diffs;
    this.#alter = changes.altered && new NetAlter(changes.altered);
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
      const { row } = current;
      const alter = table.#alter;
      const found = { current, cells: alter?.bring(row) ?? row, losing: alter?.losing(row) ?? [] };
      table.#found.set(current.key, found);
    }
    return table;
  }

  get name(): string {
    return this.#definition.name;
  }

  /** What is done to its columns before its rows change, to rows that stand in the way of it, and behind all rows. */
  get alter(): AlterSteps {
    const { steps = [] } = this.#changes.altered ?? {};
    const isOfColumns = this.#diffs.every(({ op }) => op === 'delete');
    // Rows that only go do so first.
    if (isOfColumns && !steps.some((step) => step.do === 'retype')) return { before: [steps], emptied: [], behind: [] };
    const { named, typed, demanding } = this.#alter?.parts ?? noSteps;
    if (isOfColumns) return { before: [[...named, ...typed, ...demanding]], emptied: [], behind: [] };
    const emptied = this.#emptied;
    return { before: emptied.length === 0 ? [[...named, ...typed]] : [named, typed], emptied, behind: demanding };
  }

  /** Cells that were made fit for another type by hand. */
  get #emptied(): Step[] {
    return this.#diffs.flatMap(({ key, op }) => {
      const { current, losing = [] } = this.#before(key) ?? {};
      if (op !== 'update' || current === undefined || losing.length === 0) return [];
      const row = Object.fromEntries(losing.map((name) => [name, null]));
      return [{ type: 'row.update', table: this.name, key, row, expect: { version: current.version } }];
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

  /** @throws RowcastError `bad_request` when the patch leads back from where a column was sealed */
  refuseUnsealing(): void {
    const column = this.#alter?.unsealed;
    if (column === undefined) return;
    const message = `${this.name}: column ${column} was sealed between the points of the patch, and that is never taken back`;
    throw new RowcastError('bad_request', message);
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
    // Rows that are sealed or emptied on the way have another version then.
    const isTouched = this.#seals || (this.#before(key)?.losing.length ?? 0) > 0;
    if (op === 'update') return { type: 'row.update', table, key, row: set, expect: isTouched ? undefined : expect };
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
    const message = `${name} ${key}: the value of ${sealed} is sealed; an administrator makes a patch with it by rowcast diff … --open`;
    throw new RowcastError('bad_request', message);
  }
}

function cellJson(cell: Cell | undefined): string {
  return JSON.stringify(cell ?? null);
}
