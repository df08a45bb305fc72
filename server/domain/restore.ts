import type { Problem } from '../../protocol/errors.ts';
import type { Left } from '../../protocol/replies.ts';
import { orderedCells } from '../../protocol/reshape.ts';
import { findColumn } from '../../protocol/table.ts';
import type { Cell, Cells } from '../../protocol/values.ts';
import { type Decision, type DecisionContext, problem, refuse } from './decision.ts';
import type { RowEvent } from './event.ts';
import type { RestoreStep } from './planned-step.ts';
import { isGone, isSame, restoreCells } from './restored-cells.ts';
import { resultProblems, sameCell } from './row.ts';
import { type NetCell, type RowNet, type Touch, touchText } from './row-net.ts';
import { openedCells } from './sealing.ts';
import type { RowState, TableState } from './state.ts';

/**
 * Takes back what some changes came to for a row. It is merged from three states: before them, behind them and now. What
 * is now as they left it gets what was before; what is already so stays; anything else was touched since, and is a
 * conflict, which the rule of the step decides.
 *
 * | before | behind | now             |                                                             |
 * |--------|--------|-----------------|-------------------------------------------------------------|
 * | none   | a row  | as behind       | it is deleted                                               |
 * | a row  | none   | none            | it comes back                                               |
 * | a row  | a row  | a row           | cell by cell                                                |
 * | none   | a row  | another         | the row is a conflict                                       |
 * | a row  | any    | there or not, as neither left it | the row is a conflict                      |
 */
export function decideRestore(context: DecisionContext, step: RestoreStep): Decision {
  const table = context.state.table(step.table);
  // What was to make it again was refused.
  if (table === undefined) return nothing();
  const { net, key } = step;
  const row = context.state.row(table, key);
  const place = { context, step, table, row };
  if (net.broken !== undefined) return settleRow(place, net.before, net.broken);
  if (net.before === undefined) return takeAway(place);
  if (row !== undefined && net.after !== undefined) return settleCells(place, row);
  return giveBack(place);
}

interface Place {
  readonly context: DecisionContext;
  readonly step: RestoreStep;
  readonly table: TableState;
  readonly row: RowState | undefined;
}

function nothing(left: Left = {}): Decision {
  return { nothing: left };
}

/** They made the row. */
function takeAway(place: Place): Decision {
  const { net } = place.step;
  if (place.row === undefined || net.after === undefined) return nothing();
  if (net.between === undefined && isRow(place, net.after)) return put(place, undefined);
  return settleRow(place, undefined, net.between ?? net.touched);
}

/** They ended the row, or changed it and others have ended it since. */
function giveBack(place: Place): Decision {
  const { row, step } = place;
  const { net } = step;
  const cells = [...net.cells].map(([name, cell]) => [name, cell] as const);
  const isChanged = cells.some(([, { before, after, between }]) => between !== undefined || !sameCell(before, after));
  const target = { ...net.last, ...toBe(net, 'before') };
  if (row !== undefined) return isRow(place, target) ? nothing() : settleRow(place, target, net.touched);
  if (net.after !== undefined) return isChanged ? settleRow(place, target, net.touched) : nothing();
  const disputed = cells.filter(([, { between }]) => between !== undefined);
  if (disputed.length === 0 || step.conflicts === 'overwrite') return put(place, target);
  if (step.conflicts === 'refuse') return refuse(...disputed.map(([name, cell]) => cellProblem(place, name, cell)));
  return put(place, { ...net.last, ...toBe(net, 'between') }, disputed.length);
}

/** Cells as they were before, or where others had a hand in them in between, as they left them. */
function toBe({ cells }: RowNet, side: 'before' | 'between'): Cells {
  return Object.fromEntries(
    [...cells].map(([name, { before, between = before }]) => [name, side === 'before' ? before : between]),
  );
}

/** The row as a whole was touched since: it becomes the target only where what was before wins. */
function settleRow(place: Place, target: Cells | undefined, touched: Touch | undefined): Decision {
  const { step, table, row } = place;
  if (row === undefined && target === undefined) return nothing();
  if (step.conflicts === 'keep') return nothing({ kept: 1 });
  if (step.conflicts === 'overwrite') return put(place, target);
  const message = `row ${step.key} was touched again since${byWhom(touched)}; the revert would ${target === undefined ? 'delete it' : 'bring back what it was'}`;
  const wouldBe = target === undefined ? null : orderedCells(table.definition.columns, target);
  return refuse(conflictProblem(place, message, { wouldBe: wouldBe as Cell, touched }));
}

/** The row was there before them and behind them, and is there now: each cell is settled by itself. */
function settleCells(place: Place, row: RowState): Decision {
  const { context, step, table } = place;
  const set: Record<string, Cell> = {};
  const conflicts: Problem[] = [];
  let { homeless } = step.net;
  let kept = 0;
  for (const [name, cell] of step.net.cells) {
    const column = findColumn(table.definition, name);
    if (column === undefined) {
      homeless += 1;
      continue;
    }
    const { before, after, between } = cell;
    const is = (past: Cell): boolean => isSame(context.state, column, { row, past });
    if (is(before) || (between === undefined && sameCell(before, after))) continue;
    if ((is(after) && between === undefined) || step.conflicts === 'overwrite') set[name] = before;
    else if (step.conflicts === 'refuse') conflicts.push(cellProblem(place, name, cell));
    else {
      kept += 1;
      if (between !== undefined && is(after)) set[name] = between;
    }
  }
  if (conflicts.length > 0) return refuseRow(conflicts);
  return write(place, { set, left: { kept, homeless } });
}

/** Makes the row as it is told: makes it, changes it or deletes it. */
function put(place: Place, target: Cells | undefined, kept = 0): Decision {
  const { context, step, table, row } = place;
  if (target === undefined) return row === undefined ? nothing() : end(place, row);
  const { columns } = table.definition;
  const differing = columns.filter((column) => {
    const past = target[column.name] ?? null;
    return row === undefined ? past !== null : !isSame(context.state, column, { row, past });
  });
  const set = Object.fromEntries(differing.map(({ name }) => [name, target[name] ?? null]));
  return write(place, { set, left: { kept, homeless: step.net.homeless } });
}

/** Sets cells of the row, or makes it of them. What was erased cannot come back: that is a conflict of its own. */
function write(place: Place, { set, left }: { readonly set: Cells; readonly left: Left }): Decision {
  const { context, step, table, row } = place;
  const gone = Object.entries(set).filter(([name, cell]) => isGone(context.state, table, name, cell));
  if (gone.length > 0 && step.conflicts === 'refuse') {
    return refuseRow(gone.map(([name, cell]) => erasedProblem(place, name, cell)));
  }
  const kept = (left.kept ?? 0) + gone.length;
  if (gone.length > 0 && step.conflicts === 'keep') {
    if (row === undefined) return nothing({ ...left, kept });
    return write(place, { set: without(set, gone), left: { ...left, kept } });
  }
  if (row !== undefined && Object.keys(set).length === 0) return nothing(left);
  const restored = restoreCells(context, table, { cells: row?.cells ?? {}, opened: row?.open, set });
  const names = Object.keys(set);
  const given = row === undefined ? restored.open.row : pick(restored.open.row, names);
  const problems = resultProblems(context.state, { table, key: step.key, row: restored.open.row, set: given });
  if (problems.length > 0) return refuse(...problems);
  const { sealed, reused, open } = restored;
  const was = row && pick(row.cells, names);
  const openWas = row && pick(openedCells(row), names);
  const event: RowEvent = {
    ...{ op: row === undefined ? 'insert' : 'update', table, key: step.key, version: (row?.version ?? 0) + 1 },
    ...{ row: restored.row, ...(was === undefined ? {} : { was }), reverts: step.net.reverts },
    ...(restored.hasSealed ? { open: { row: open.row, was: openWas }, sealed, reused } : {}),
  };
  return { event, left: { ...left, erased: gone.length } };
}

function end({ step, table }: Place, row: RowState): Decision {
  const { key, version, cells } = row;
  const open = row.open === undefined ? {} : { open: { was: openedCells(row) } };
  const { reverts } = step.net;
  return { event: { op: 'delete', table, key, version: version + 1, was: cells, ...open, reverts } };
}

/** Whether the row is now as it was then. */
function isRow({ context, table, row }: Place, then: Cells): boolean {
  if (row === undefined) return false;
  return table.definition.columns.every((column) =>
    isSame(context.state, column, { row, past: then[column.name] ?? null }),
  );
}

/** The row as it is now is told once, not with each of its cells: it may be large. */
function refuseRow(problems: readonly Problem[]): Decision {
  return refuse(...problems.map(({ current, ...one }, index) => (index === 0 && current ? { ...one, current } : one)));
}

function cellProblem(place: Place, column: string, { before, touched }: NetCell): Problem {
  const message = `${column} was changed again since${byWhom(touched ?? place.row)}`;
  return conflictProblem(place, message, { column, wouldBe: before, touched: touched ?? place.row });
}

function erasedProblem(place: Place, column: string, wouldBe: Cell): Problem {
  return conflictProblem(place, `the value of ${column} was erased and cannot come back`, { column, wouldBe });
}

function conflictProblem(
  { step: { table, key }, row }: Place,
  message: string,
  { touched, ...about }: { readonly column?: string; readonly wouldBe: Cell; readonly touched?: Touch | undefined },
): Problem {
  return problem('revert_conflict', message, {
    ...{ table, key, ...about },
    ...(touched === undefined ? {} : { touched: { seq: touched.seq, at: touched.at, by: touched.by } }),
    ...(row === undefined ? {} : { current: currentOf(row) }),
  });
}

function currentOf({ key, version, seq, at, by, cells }: RowState): Problem['current'] {
  return { key, version, seq, at, by, row: cells };
}

function without(set: Cells, gone: readonly (readonly [string, Cell])[]): Cells {
  const names = new Set(gone.map(([name]) => name));
  return Object.fromEntries(Object.entries(set).filter(([name]) => !names.has(name)));
}

function pick(cells: Cells, names: readonly string[]): Cells {
  return Object.fromEntries(names.map((name) => [name, cells[name] ?? null]));
}

function byWhom(touched: Touch | undefined): string {
  return touched === undefined ? '' : `, by ${touchText(touched)}`;
}
