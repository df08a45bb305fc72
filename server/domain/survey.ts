import { limits } from '../../protocol/limits.ts';
import { reshapeRow } from '../../protocol/reshape.ts';
import { rowProblems } from '../../protocol/rules.ts';
import { isErased } from '../../protocol/sealed.ts';
import type { AlterStep, Column, TableDefinition } from '../../protocol/table.ts';
import { type Cells, cellText } from '../../protocol/values.ts';
import { newlySealed } from './definition.ts';
import { openedCells } from './sealing.ts';
import { type RowState, type Survey, type SurveyProblem, type Unsealed, uniqueName } from './state.ts';

type SurveyedRow = Pick<RowState, 'key' | 'version' | 'cells' | 'open'>;

/**
 * Looks at every row that a `table.alter` would reshape and gathers what stands against it: cells that would lose
 * something in their new type, rows that would break a rule, values that would no longer be unique. Rows come one by
 * one, so that a table of any size is surveyed in little memory.
 */
export class AlterSurvey {
  readonly #before: TableDefinition;
  readonly #after: TableDefinition;
  readonly #steps: readonly AlterStep[];
  readonly #uniqueColumns: readonly Column[];
  readonly #holders = new Map<string, string>();
  /** Columns that are sealed by the steps. */
  readonly #sealing: readonly string[];
  readonly #toSeal: Unsealed[] = [];
  readonly #problems: SurveyProblem[] = [];
  #more = 0;

  constructor(before: TableDefinition, after: TableDefinition, steps: readonly AlterStep[]) {
    this.#before = before;
    this.#after = after;
    this.#steps = steps;
    this.#sealing = newlySealed(before, after, steps);
    this.#uniqueColumns = after.columns.filter(({ unique }) => unique);
  }

  /** Looks at one row; returns it as it would be. */
  look(row: SurveyedRow): Cells {
    const { key } = row;
    const cells = openedCells(row);
    const reshaped = reshapeRow(this.#before, this.#steps, cells);
    this.#lookForPublic(row, reshaped);
    this.#lookForLoss(key, cells);
    for (const { column, message } of rowProblems(this.#after, reshaped)) this.#add({ key, column, message });
    for (const column of this.#uniqueColumns) this.#lookForTwin(key, column, reshaped);
    return reshaped;
  }

  get result(): Survey {
    return { problems: this.#problems, more: this.#more, toSeal: this.#toSeal };
  }

  /** Each retyped cell must be there after the steps up to its own. */
  #lookForLoss(key: string, cells: Cells): void {
    this.#steps.forEach((step, index) => {
      if (step.do !== 'retype') return;
      const before = reshapeRow(this.#before, this.#steps.slice(0, index), cells);
      const after = reshapeRow(this.#before, this.#steps.slice(0, index + 1), cells);
      const cell = before[step.column];
      if (cell === undefined || cell === null || step.column in after) return;
      const shown = cellText(cell).slice(0, 60);
      this.#add({
        key,
        column: step.column,
        message: `${JSON.stringify(shown)} would not be kept exactly as ${step.to}`,
      });
    });
  }

  #lookForPublic({ key, version, cells }: SurveyedRow, open: Cells): void {
    if (!this.#sealing.some((name) => name in open)) return;
    this.#toSeal.push({ key, version, cells: reshapeRow(this.#before, this.#steps, cells), open });
  }

  #lookForTwin(key: string, column: Column, row: Cells): void {
    const cell = row[column.name];
    if (cell === undefined || cell === null || isErased(column, cell)) return;
    const name = uniqueName(0, column, cell);
    const twin = this.#holders.get(name);
    if (twin === undefined) this.#holders.set(name, key);
    else
      this.#add({ key, column: column.name, message: `is the same as in row ${twin}, and the column shall be unique` });
  }

  #add(problem: SurveyProblem): void {
    if (this.#problems.length < limits.problemsMax) this.#problems.push(problem);
    else this.#more += 1;
  }
}

/** Whether rows that are there have to be looked at before the steps are granted. */
export function needsSurvey(steps: readonly AlterStep[]): boolean {
  return steps.some((step) => step.do !== 'rename' && step.do !== 'remove');
}
