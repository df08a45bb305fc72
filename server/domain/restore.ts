import type { Problem } from '../../protocol/errors.ts';
import type { Left } from '../../protocol/replies.ts';
import { orderedCells } from '../../protocol/reshape.ts';
import { type Column, findColumn } from '../../protocol/table.ts';
import type { Cell, Cells } from '../../protocol/values.ts';
import { type Decision, type DecisionContext, problem, refuse } from './decision.ts';
import type { RowEvent } from './event.ts';
import type { RestoreStep } from './planned-step.ts';
import { openCell, type RestoredCells, restoreCells } from './restored-cells.ts';
import { resultProblems, sameCell } from './row.ts';
import type { NetCell, RowNet, Touch } from './row-net.ts';
import { openedCells } from './sealing.ts';
import type { LedgerState, RowState, TableState } from './state.ts';

/**
 * Takes back what some changes came to for a row: a cell that is as they left it gets what it was before them, a row that
 * they made is deleted, one that they ended comes back. What was changed again since is a conflict.
 */
export function decideRestore(context: DecisionContext, step: RestoreStep): Decision {
  const table = context.state.table(step.table);
  // What was to make it again was refused.
  if (table === undefined) return nothing({ homeless: 0 });
  const row = context.state.row(table, step.key);
  const place = { context, step, table };
  if (step.net.existed === false) return row === undefined ? nothing(step.net) : endRow(place, row);
  return row === undefined ? bringBack(place) : setBack(place, row);
}

interface Place {
  readonly context: DecisionContext;
  readonly step: RestoreStep;
  readonly table: TableState;
}

function nothing({ homeless }: Pick<RowNet, 'homeless'>, kept = 0): Decision {
  return { nothing: { kept, homeless } };
}

/** The row that they made goes. */
function endRow(place: Place, row: RowState): Decision {
  const { step, table } = place;
  const { net, key, conflicts } = step;
  if (net.touched !== undefined && conflicts !== 'overwrite') {
    const message = `was changed again since, by ${named(net.touched)}; the revert would delete it`;
    return conflict(place, [{ message, touched: net.touched, wouldBe: null }], row);
  }
  const { version, cells } = row;
  const open = row.open === undefined ? {} : { open: { was: openedCells(row) } };
  const event: RowEvent = { op: 'delete', table, key, version: version + 1, was: cells, ...open, reverts: net.reverts };
  return { event };
}

/** The row that they ended comes back; so does one that others have ended since, where what was before wins. */
function bringBack(place: Place): Decision {
  const { context, step, table } = place;
  const { net, key, conflicts } = step;
  const { ended, whole } = net;
  if (whole === undefined) return nothing(net);
  const target = orderedCells(table.definition.columns, { ...whole, ...befores(net) });
  if (ended !== undefined && conflicts !== 'overwrite') {
    const message = `was deleted since, by ${named(ended)}; the revert would bring it back`;
    return conflict(place, [{ message, touched: ended, wouldBe: target }], undefined);
  }
  const restored = restoreCells(context, table, { cells: {}, set: target });
  const problems = resultProblems(context.state, { table, key, row: restored.open.row, set: restored.open.row });
  if (problems.length > 0) return refuse(...problems);
  const { row, sealed, reused, open, erased } = restored;
  const event: RowEvent = {
    ...{ op: 'insert', table, key, version: 1, row, reverts: net.reverts },
    ...(restored.hasSealed ? { open: { row: open.row }, sealed, reused } : {}),
  };
  return { event, left: { homeless: net.homeless, erased } };
}

function setBack(place: Place, row: RowState): Decision {
  const { context, step, table } = place;
  const { net } = step;
  const picked = net.madeAgain === undefined ? pickCells(place, row) : pickRow(place, row, net.madeAgain);
  const { set, conflicts, homeless } = picked;
  if (conflicts.length > 0 && step.conflicts === 'refuse') return conflict(place, conflicts, row);
  const kept = conflicts.length;
  if (Object.keys(set).length === 0) return nothing({ homeless }, kept);
  const restored = restoreCells(context, table, { cells: row.cells, opened: row.open, set });
  const event = updateEvent(place, row, restored, Object.keys(set));
  const opened = pick(restored.open.row, Object.keys(set));
  const problems = resultProblems(context.state, { table, key: row.key, row: restored.open.row, set: opened });
  if (problems.length > 0) return refuse(...problems);
  return { event, left: { kept, homeless, erased: restored.erased } };
}

function updateEvent(
  { table, step }: Place,
  row: RowState,
  restored: RestoredCells,
  names: readonly string[],
): RowEvent {
  const { sealed, reused, open } = restored;
  return {
    ...{ op: 'update', table, key: row.key, version: row.version + 1, row: restored.row, was: pick(row.cells, names) },
    ...(restored.hasSealed ? { open: { row: open.row, was: pick(openedCells(row), names) }, sealed, reused } : {}),
    reverts: step.net.reverts,
  };
}

/** What is to be set in a row that is there, and what stands against it. */
interface Picked {
  readonly set: Cells;
  /** Under the rule `keep`: what stays. Under `overwrite` there are none. */
  readonly conflicts: readonly Conflict[];
  readonly homeless: number;
}

function pickCells({ context: { state }, step, table }: Place, row: RowState): Picked {
  const set: Record<string, Cell> = {};
  const conflicts: Conflict[] = [];
  let { homeless } = step.net;
  for (const [name, cell] of step.net.cells) {
    const column = findColumn(table.definition, name);
    if (column === undefined) {
      homeless += 1;
      continue;
    }
    const found = compare(state, column, { present: row.cells[name] ?? null, row, cell });
    if (found === 'done') continue;
    if (found === 'free' || step.conflicts === 'overwrite') set[name] = cell.before;
    else conflicts.push(cellConflict(name, cell, row));
  }
  return { set, conflicts, homeless };
}

/** Whether a cell is as the changes left it, or as it was before them, or neither. */
function compare(
  state: LedgerState,
  column: Column,
  { present, row, cell }: { readonly present: Cell; readonly row: RowState; readonly cell: NetCell },
): 'free' | 'done' | 'touched' {
  const now = openedCells(row)[column.name] ?? null;
  const is = (then: Cell): boolean => sameCell(present, then) || sameCell(now, openCell(state, column, then));
  if (is(cell.before)) return 'done';
  return is(cell.after) ? 'free' : 'touched';
}

function cellConflict(column: string, { before, touched }: NetCell, { by, at, seq }: RowState): Conflict {
  const last = touched ?? { by, at, seq };
  const message = `${column} was changed again since, by ${named(last)}`;
  return { column, message, touched: last, wouldBe: before };
}

/** The key lives again, by somebody else: the whole row stands against the one that was. */
function pickRow(place: Place, row: RowState, madeAgain: Touch): Picked {
  const { context, step, table } = place;
  const { net, conflicts: rule } = step;
  const { columns } = table.definition;
  const target = orderedCells(columns, { ...net.whole, ...befores(net) });
  const now = openedCells(row);
  const different = columns.filter((column) => {
    const then = openCell(context.state, column, target[column.name] ?? null);
    return !sameCell(now[column.name] ?? null, then);
  });
  const { homeless } = net;
  if (different.length === 0) return { set: {}, conflicts: [], homeless };
  if (rule === 'overwrite') {
    return {
      set: Object.fromEntries(different.map(({ name }) => [name, target[name] ?? null])),
      conflicts: [],
      homeless,
    };
  }
  const message = `was made again since, by ${named(madeAgain)}; the revert would bring back the row that was there`;
  return { set: {}, conflicts: [{ message, touched: madeAgain, wouldBe: target }], homeless };
}

interface Conflict {
  readonly column?: string;
  readonly message: string;
  readonly touched: Touch;
  readonly wouldBe: Cell | Cells;
}

/** One conflict of a row: refused, or where what is there wins, left as it is. */
function conflict({ step }: Place, conflicts: readonly Conflict[], row: RowState | undefined): Decision {
  if (step.conflicts === 'keep') return nothing(step.net, conflicts.length);
  return refuse(...conflicts.map((one) => conflictProblem(step, one, row)));
}

function conflictProblem({ table, key }: RestoreStep, one: Conflict, row: RowState | undefined): Problem {
  const { column, message, touched, wouldBe } = one;
  const about = column === undefined ? `row ${key} ${message}` : message;
  const current = row && { key, version: row.version, seq: row.seq, at: row.at, by: row.by, row: row.cells };
  return problem('revert_conflict', about, {
    ...{ table, key, wouldBe: wouldBe as Cell, touched },
    ...(column === undefined ? {} : { column }),
    ...(current === undefined ? {} : { current }),
  });
}

function befores({ cells }: RowNet): Cells {
  return Object.fromEntries([...cells].map(([name, { before }]) => [name, before]));
}

function pick(cells: Cells, names: readonly string[]): Cells {
  return Object.fromEntries(names.map((name) => [name, cells[name] ?? null]));
}

export function named({ by, at, seq }: Touch): string {
  return `${by} at ${at} (#${seq})`;
}

/** Adds up what was left. */
export function addLeft(a: Left, b: Left): Left {
  const sum = (one = 0, other = 0): number => one + other;
  return {
    kept: sum(a.kept, b.kept),
    homeless: sum(a.homeless, b.homeless),
    erased: sum(a.erased, b.erased),
  };
}
