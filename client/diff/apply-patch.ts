import type { Step } from '../../protocol/commands.ts';
import type { RowDiff, TableDiff } from '../../protocol/diff.ts';
import type { CurrentRow, Problem } from '../../protocol/errors.ts';
import { reshapeRow } from '../../protocol/reshape.ts';
import { commitmentIn, sealedNames } from '../../protocol/sealed.ts';
import type { TableDefinition } from '../../protocol/table.ts';
import type { Cell, Cells } from '../../protocol/values.ts';
import { RowcastError } from '../errors.ts';
import type { Patch } from './patch.ts';

/** A ledger that a patch is to be applied to, as it is. */
export interface PatchTarget {
  readonly definitions: ReadonlyMap<string, TableDefinition>;
  /** All rows of a table. */
  rows(table: string): AsyncIterable<CurrentRow>;
}

/** Conflicts that an error names; it says how many more there were. */
const conflictsShown = 100;

/**
 * The commands that do to the target what was done between the two points of a patch. Rows that go come first, then those
 * that change, then new ones, so that a unique value is free when another row takes it.
 * @throws RowcastError `version_conflict`, with every place where the target is not as the patch found its own ledger, and
 * `bad_request` when it holds values that are sealed
 */
export async function patchSteps(patch: Patch, target: PatchTarget): Promise<Step[]> {
  const problems: Problem[] = [];
  const steps: Step[] = patch.tables.map(tableStep);
  for (const { table, ...diff } of patch.tables) {
    const conflict = tableConflict(diff, target.definitions.get(table));
    if (conflict !== undefined) problems.push({ code: 'version_conflict', message: conflict, table });
  }
  // Rows of tables that are not as they must be cannot be told from others.
  if (problems.length > 0) throw refused(problems);
  for (const [name, rows] of byTable(patch.rows)) {
    const table = await PatchedTable.read(name, { patch, target, keys: new Set(rows.map(({ key }) => key)) });
    problems.push(...rows.flatMap((row) => table.conflicts(row)));
    for (const op of ['delete', 'update', 'insert']) {
      steps.push(...rows.filter((row) => row.op === op).map((row) => table.step(row)));
    }
  }
  if (problems.length > 0) throw refused(problems);
  return steps;
}

function byTable(rows: readonly RowDiff[]): Map<string, RowDiff[]> {
  const tables = new Map<string, RowDiff[]>();
  for (const row of rows) {
    const ofTable = tables.get(row.table);
    if (ofTable === undefined) tables.set(row.table, [row]);
    else ofTable.push(row);
  }
  return tables;
}

function refused(problems: readonly Problem[]): RowcastError {
  const code = 'version_conflict';
  const message = 'this is not as it was where the patch was made; nothing was changed';
  const shown = problems.slice(0, conflictsShown);
  const more = problems.length - shown.length;
  return new RowcastError(code, message, { body: { code, message, problems: shown, ...(more > 0 ? { more } : {}) } });
}

function tableConflict(
  { op, was }: Pick<TableDiff, 'op' | 'was'>,
  now: TableDefinition | undefined,
): string | undefined {
  if (op === 'create') return now === undefined ? undefined : 'is there already';
  if (now === undefined) return 'is not there';
  return JSON.stringify(now) === JSON.stringify(was)
    ? undefined
    : 'has other columns or rules than when the patch was made';
}

function tableStep({ table, op, definition, steps = [] }: TableDiff): Step {
  if (op === 'drop') return { type: 'table.drop', table };
  if (op === 'create' && definition !== undefined) return { type: 'table.create', ...definition };
  return { type: 'table.alter', table, steps };
}

interface Reading {
  readonly patch: Patch;
  readonly target: PatchTarget;
  readonly keys: ReadonlySet<string>;
}

/** A table of the target, with those of its rows that the patch is about. */
class PatchedTable {
  readonly #name: string;
  readonly #definition: TableDefinition;
  /** By key: as they are, and as they are once the patch has changed the table's columns. */
  readonly #rows = new Map<string, { readonly current: CurrentRow; readonly cells: Cells }>();

  private constructor(name: string, definition: TableDefinition) {
    this.#name = name;
    this.#definition = definition;
  }

  static async read(name: string, { patch, target, keys }: Reading): Promise<PatchedTable> {
    const diffs = patch.tables.filter(({ table }) => table === name);
    const made = diffs.find(({ op }) => op === 'create');
    const altered = diffs.find(({ op }) => op === 'alter');
    const before = target.definitions.get(name);
    const after = (made ?? altered)?.definition ?? before;
    if (after === undefined) throw new RowcastError('table_not_found', `there is no table ${name}`);
    const table = new PatchedTable(name, after);
    if (made !== undefined || before === undefined) return table;
    for await (const current of target.rows(name)) {
      if (!keys.has(current.key)) continue;
      table.#rows.set(current.key, { current, cells: reshapeRow(before, altered?.steps ?? [], current.row) });
    }
    return table;
  }

  conflicts({ key, op, was = {} }: RowDiff): Problem[] {
    const about = { code: 'version_conflict' as const, table: this.#name, key };
    const found = this.#rows.get(key);
    if (op === 'insert')
      return found === undefined ? [] : [{ ...about, message: 'is there already', current: found.current }];
    if (found === undefined) return [{ ...about, message: 'is not there' }];
    const names = op === 'delete' ? [...new Set([...Object.keys(was), ...Object.keys(found.cells)])] : Object.keys(was);
    return names
      .filter((name) => cellJson(was[name]) !== cellJson(found.cells[name]))
      .map((column) => ({
        ...about,
        column,
        message: `${column} is ${cellJson(found.cells[column])}, not ${cellJson(was[column])}`,
      }));
  }

  step({ key, op, row = {}, was = {} }: RowDiff): Step {
    const table = this.#name;
    const version = this.#rows.get(key)?.current.version;
    const expect = version === undefined ? undefined : { version };
    if (op === 'delete') return { type: 'row.delete', table, key, expect };
    const set = op === 'insert' ? row : Object.fromEntries(Object.keys(was).map((name) => [name, row[name] ?? null]));
    this.#refuseSealed(key, set);
    if (op === 'update') return { type: 'row.update', table, key, row: set, expect };
    return { type: 'row.insert', table, row: set, ...(this.#definition.key === undefined ? { key } : {}) };
  }

  #refuseSealed(key: string, cells: Cells): void {
    const sealed = sealedNames(this.#definition).find((name) => commitmentIn(cells[name]) !== undefined);
    if (sealed === undefined) return;
    const message = `${this.#name} ${key}: the value of ${sealed} is sealed; make the patch as an administrator to take it along`;
    throw new RowcastError('bad_request', message);
  }
}

function cellJson(cell: Cell | undefined): string {
  return JSON.stringify(cell ?? null);
}
