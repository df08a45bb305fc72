import type { Expect, RowStep } from '../../protocol/commands.ts';
import type { Problem } from '../../protocol/errors.ts';
import { keySchema } from '../../protocol/names.ts';
import { orderedCells } from '../../protocol/reshape.ts';
import { type CellProblem, givenCellsProblems, rowProblems } from '../../protocol/rules.ts';
import { type Cell, type Cells, cellText } from '../../protocol/values.ts';
import { type Decision, type DecisionContext, problem, refuse } from './decision.ts';
import { openedCells, sealEvent } from './sealing.ts';
import type { LedgerState, RowState, TableState } from './state.ts';

/** What row commands have in common: finding the key, judging cells, meeting expectations. */

/** Where a step stands, for its problems. */
export interface Place {
  readonly table: string;
  readonly key?: string;
}

export function cellProblems(place: Place, problems: readonly CellProblem[]): Problem[] {
  return problems.map(({ column, message }) => problem('invalid', `${column} ${message}`, { ...place, column }));
}

/** The key that a new row has: from its key column, as given, or made. */
export function newRowKey(
  table: TableState,
  step: { readonly key?: string | undefined; readonly row: Cells },
  newKey: () => string,
): { readonly key: string } | { readonly problem: Problem } {
  const { key: column, name } = table.definition;
  if (column === undefined) return { key: step.key ?? newKey() };
  if (step.key !== undefined && cellText(step.row[column] ?? null) !== step.key) {
    return { problem: problem('invalid', `${column} is the key; give it in the row`, { table: name, column }) };
  }
  const cell = step.row[column];
  if (cell === undefined || cell === null) {
    return { problem: problem('invalid', `${column} is the key and is missing`, { table: name, column }) };
  }
  const text = cellText(cell);
  const bad = keySchema.safeParse(text).error?.issues[0]?.message;
  return bad === undefined
    ? { key: text }
    : { problem: problem('invalid', `${column}: ${bad}`, { table: name, column }) };
}

export function rowNotFound(place: Place): Problem {
  return problem('row_not_found', `table ${place.table} has no row ${place.key}`, place);
}

/** Refuses when the row is not what the command expects to find. */
export function expectationProblem(expect: Expect, row: RowState | undefined, place: Place): Problem | undefined {
  if (expect === 'any') return undefined;
  if (row === undefined) {
    if (expect === 'absent') return undefined;
    if (expect === 'present') return rowNotFound(place);
    return problem('version_conflict', `row ${place.key} is not there any more`, place);
  }
  if (expect === 'present') return undefined;
  if (expect !== 'absent' && ('version' in expect ? expect.version === row.version : expect.seq === row.seq)) {
    return undefined;
  }
  const is = expect === 'absent' ? 'is there already' : 'was changed meanwhile';
  const found = `row ${row.key} ${is}: ${row.by} made version ${row.version}`;
  const { key, version, seq, at, by, cells } = row;
  return problem('version_conflict', found, { ...place, current: { key, version, seq, at, by, row: cells } });
}

/**
 * Everything that is wrong with a row as it would be: its rules, and where it breaks one, so that all is told at once, the
 * values that other rows hold. By itself that is not wrong yet (see `Claims`). Of the cells only those in `set` are looked
 * for in other rows: the rest was there before.
 */
export function resultProblems(
  state: LedgerState,
  { table, key, row, set }: { table: TableState; key: string; row: Cells; set: Cells },
): Problem[] {
  const broken = rowProblems(table.definition, row);
  if (broken.length === 0) return [];
  return cellProblems({ table: table.definition.name, key }, [...broken, ...twins(state, table, key, set)]);
}

function twins(state: LedgerState, table: TableState, key: string, set: Cells): CellProblem[] {
  const problems: CellProblem[] = [];
  for (const column of table.definition.columns) {
    const cell = set[column.name];
    if (!column.unique || cell === undefined || cell === null) continue;
    const holder = state.holder(table, column, cell);
    if (holder === undefined || holder === key) continue;
    problems.push({ column: column.name, message: `is unique, and row ${holder} has this value` });
  }
  return problems;
}

/** The cells of a new row: those given, and the defaults of those not named. */
export function withDefaults(table: TableState, given: Cells): Cells {
  const cells: Record<string, Cell> = { ...given };
  for (const { name, default: value } of table.definition.columns) {
    if (value !== undefined && !(name in given)) cells[name] = value;
  }
  return orderedCells(table.definition.columns, cells);
}

/** The row with the named cells set, and what those cells were; undefined when they all already were so. */
function withCells(
  table: TableState,
  before: Cells,
  given: Cells,
): { readonly row: Cells; readonly was: Cells } | undefined {
  const was: Record<string, Cell> = {};
  for (const [name, cell] of Object.entries(given)) {
    const old = before[name] ?? null;
    if (!sameCell(old, cell)) was[name] = old;
  }
  if (Object.keys(was).length === 0) return undefined;
  return { row: orderedCells(table.definition.columns, { ...before, ...given }), was };
}

/** Exactly the same: "1.0" and "1.00" are two values, as each comes back as it was sent. */
export function sameCell(a: Cell, b: Cell): boolean {
  return a === b || JSON.stringify(a) === JSON.stringify(b);
}

/**
 * Everything that is wrong with a row of which some cells are of no use: those, and the rules that the others break, so
 * that whoever mends the command sees all of it at once.
 */
export function listProblems(
  table: TableState,
  { key, bad, whole }: { key: string; bad: readonly CellProblem[]; whole: Cells },
): Problem[] {
  const unusable = new Set(bad.map(({ column }) => column));
  const broken = rowProblems(table.definition, whole).filter(({ column }) => !unusable.has(column));
  return cellProblems({ table: table.definition.name, key }, [...bad, ...broken]);
}

/** The cells that can be judged: those that nothing is wrong with by themselves. */
export function usableCells(given: Cells, bad: readonly CellProblem[]): Cells {
  const unusable = new Set(bad.map(({ column }) => column));
  return Object.fromEntries(Object.entries(given).filter(([name]) => !unusable.has(name)));
}

/** The key column of a row that is there keeps its value. */
function keyChangeProblem(table: TableState, key: string, given: Cells): Problem[] {
  const column = table.definition.key;
  const cell = column === undefined ? undefined : given[column];
  if (column === undefined || cell === undefined || (cell !== null && cellText(cell) === key)) return [];
  const message = `${column} is the key and cannot be changed; delete the row and insert another`;
  return [problem('invalid', message, { table: table.definition.name, key, column })];
}

/** Sets the named cells of a row that is there: what update does, and upsert when it finds one. */
export function decideChange(
  { state, seal }: DecisionContext,
  { table, row }: { readonly table: TableState; readonly row: RowState },
  step: Extract<RowStep, { row: Cells }>,
): Decision {
  const before = openedCells(row);
  const place = { table: table.definition.name, key: row.key };
  const bad = givenCellsProblems(table.definition, step.row);
  const keyChange = keyChangeProblem(table, row.key, step.row);
  if (bad.length > 0 || keyChange.length > 0) {
    const whole = { ...before, ...usableCells(step.row, bad) };
    return refuse(...listProblems(table, { key: row.key, bad, whole }), ...keyChange);
  }
  const changed = withCells(table, before, step.row);
  if (changed === undefined) return { unchanged: { table: place.table, row } };
  const broken = resultProblems(state, { table, key: row.key, row: changed.row, set: step.row });
  if (broken.length > 0) return refuse(...broken);
  const { key, version, cells } = row;
  const event = { op: 'update', table, key, version: version + 1, ...changed, why: step.why } as const;
  return { event: sealEvent(event, cells, seal) };
}
