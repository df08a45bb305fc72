import type { AlterStep, Column, TableDefinition } from './table.ts';
import { type Cell, type Cells, retypeCell } from './values.ts';

/**
 * What the steps of a `table.alter` do to a row. It is part of the protocol: the server does it to its projection, and
 * every reader that holds rows does the same when the change comes by.
 *
 * add: a default fills the new cells · rename: the cell moves · remove: the cell goes · retype: the cell takes its form
 * in the new type · rules: nothing.
 *
 * `definition` is the table before the steps. A cell that cannot be retyped is left out; the server has refused the
 * command before that (see server/domain/survey.ts), so a reader never meets one.
 */
export function reshapeRow(definition: TableDefinition, steps: readonly AlterStep[], row: Cells): Cells {
  const cells: Record<string, Cell> = { ...row };
  const types = new Map(definition.columns.map(({ name, type }) => [name, type]));
  for (const step of steps) {
    switch (step.do) {
      case 'add':
        types.set(step.column.name, step.column.type);
        if (step.column.default !== undefined && step.column.default !== null) {
          cells[step.column.name] = step.column.default;
        }
        break;
      case 'rename':
        move(types, step.column, step.to);
        if (step.column in cells) {
          // Taken away first: a column may be renamed to the name that it has.
          const cell = cells[step.column] as Cell;
          delete cells[step.column];
          cells[step.to] = cell;
        }
        break;
      case 'remove':
        types.delete(step.column);
        delete cells[step.column];
        break;
      case 'retype': {
        const cell = cells[step.column];
        const from = types.get(step.column);
        types.set(step.column, step.to);
        if (cell === undefined || from === undefined) break;
        const retyped = retypeCell(cell, from, step.to);
        if (retyped === undefined) delete cells[step.column];
        else cells[step.column] = retyped;
        break;
      }
      case 'rules':
        break;
      default:
        step satisfies never;
    }
  }
  return cells;
}

function move<Value>(map: Map<string, Value>, from: string, to: string): void {
  const value = map.get(from);
  if (value === undefined) return;
  map.delete(from);
  map.set(to, value);
}

/** Whether the steps may change the cells of rows at all, or only what is demanded of them. */
export function reshapesRows(steps: readonly AlterStep[]): boolean {
  return steps.some((step) => step.do !== 'rules' && (step.do !== 'add' || step.column.default !== undefined));
}

/** A row's cells in the order of the table's columns, without the empty ones: the one form of a row in an entry. */
export function orderedCells(columns: readonly Column[], cells: Cells): Cells {
  const ordered: Record<string, Cell> = {};
  for (const { name } of columns) {
    const cell = cells[name];
    if (cell !== undefined && cell !== null) ordered[name] = cell;
  }
  return ordered;
}
