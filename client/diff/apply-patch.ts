import type { Step } from '../../protocol/commands.ts';
import type { RowDiff, TableDiff } from '../../protocol/diff.ts';
import type { Problem } from '../../protocol/errors.ts';
import type { AlterStep } from '../../protocol/table.ts';
import { RowcastError } from '../errors.ts';
import type { Patch } from './patch.ts';
import type { PatchTarget } from './patch-target.ts';
import { PatchedTable } from './patched-table.ts';
import { TableChanges } from './table-changes.ts';

/** Conflicts that an error names; it says how many more there were. */
const conflictsShown = 100;

/**
 * The commands that do to the target what was done between the two points of a patch; none when all of it is done there
 * already, as it is when the answer to the first attempt was lost. Rows that go come first, then tables, then rows that
 * change, then new ones, and rules that are new at the end.
 * @throws RowcastError `version_conflict`, with every place where the target is not as the patch found its own ledger, and
 * `bad_request` when it holds values that are sealed, or would have a sealed column open again
 */
export async function patchSteps(patch: Patch, target: PatchTarget): Promise<Step[]> {
  const names = new Set([...patch.tables, ...patch.rows].map(({ table }) => table));
  const changes = new Map([...names].map((name) => [name, new TableChanges(name, patch)]));
  const problems = tableConflicts(changes, target);
  const areDone = [...changes].every(([name, change]) => change.areDone(target.definitions.get(name)));
  // Rows of tables that are not as they must be cannot be told from others.
  if (problems.length > 0 && !areDone) throw refused(problems);
  const tables = await readTables(patch, changes, target);
  if (areDone && tables.every(({ isDone }) => isDone)) return [];
  if (problems.length > 0) throw refused(problems);
  for (const table of tables) table.refuseUnsealing();
  const conflicts = tables.flatMap((table) => table.conflicts);
  if (conflicts.length > 0) throw refused(conflicts);
  return orderedSteps(patch, tables);
}

/** Rules that are new wait behind the rows: only there does every row have what they demand. */
function orderedSteps(patch: Patch, tables: readonly PatchedTable[]): Step[] {
  return [
    ...tables.flatMap((table) => table.steps('delete')),
    ...patch.tables.filter(({ op }) => op !== 'alter').map(tableStep),
    ...tables.flatMap(altered),
    ...tables.flatMap((table) => [...table.steps('update'), ...table.steps('insert')]),
    ...tables.flatMap(({ name, alter }) => alterStep(name, alter.behind)),
  ];
}

/** Cells that their column would not keep in its new type are emptied first: what they are then comes with the rows. */
function altered({ name, alter: { before, emptied } }: PatchedTable): Step[] {
  const [first = [], ...then] = before;
  return [...alterStep(name, first), ...emptied, ...then.flatMap((steps) => alterStep(name, steps))];
}

function tableConflicts(changes: ReadonlyMap<string, TableChanges>, { definitions }: PatchTarget): Problem[] {
  return [...changes].flatMap(([table, change]) => {
    const message = change.conflict(definitions.get(table));
    return message === undefined ? [] : [{ code: 'version_conflict' as const, message, table }];
  });
}

/** Those that are there afterwards and of which there is more to do than to make them. */
async function readTables(
  patch: Patch,
  changes: ReadonlyMap<string, TableChanges>,
  target: PatchTarget,
): Promise<PatchedTable[]> {
  const rows = byTable(patch.rows);
  const tables: PatchedTable[] = [];
  for (const [name, change] of changes) {
    const diffs = rows.get(name) ?? [];
    if (diffs.length === 0 && !change.isReplaced && change.altered === undefined) continue;
    tables.push(await PatchedTable.read(name, { target, changes: change, diffs }));
  }
  return tables;
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

function tableStep({ table, definition }: TableDiff): Step {
  return definition === undefined ? { type: 'table.drop', table } : { type: 'table.create', ...definition };
}

function alterStep(table: string, steps: readonly AlterStep[]): Step[] {
  return steps.length === 0 ? [] : [{ type: 'table.alter', table, steps: [...steps] }];
}
