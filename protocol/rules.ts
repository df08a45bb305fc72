import { RE2JS } from 're2js';
import { commitmentIn, isErased } from './sealed.ts';
import { type Column, findColumn, type TableDefinition } from './table.ts';
import { type Cell, type Cells, cellProblem, cellText, compareCells } from './values.ts';

/** A cell and what is wrong with it. */
export interface CellProblem {
  readonly column: string;
  readonly message: string;
}

/** Everything that is wrong with the cells that a command names, taken by themselves: unknown columns, wrong types. */
export function givenCellsProblems(definition: TableDefinition, given: Cells): CellProblem[] {
  const problems: CellProblem[] = [];
  for (const [name, cell] of Object.entries(given)) {
    const message = givenProblem(definition, name, cell);
    if (message !== undefined) problems.push({ column: name, message });
  }
  return problems;
}

function givenProblem(definition: TableDefinition, name: string, cell: Cell): string | undefined {
  const column = findColumn(definition, name);
  if (column === undefined) return `is no column of table ${definition.name}`;
  const isCommitment = column.sealed && commitmentIn(cell) !== undefined;
  return isCommitment ? 'is sealed: send a value, not a commitment' : cellProblem(column.type, cell);
}

/** Everything that is wrong with a whole row by the rules of its table. Types are taken to be right. */
export function rowProblems(definition: TableDefinition, row: Cells): CellProblem[] {
  const problems: CellProblem[] = [];
  for (const column of definition.columns) {
    const message = ruleProblem(column, row[column.name] ?? null);
    if (message !== undefined) problems.push({ column: column.name, message });
  }
  return problems;
}

/** What is wrong with one cell by the rules of its column; its type is taken to be right. */
export function ruleProblem(column: Column, cell: Cell): string | undefined {
  if (cell === null) return column.required ? 'is required' : undefined;
  if (isErased(column, cell)) return undefined;
  return boundProblem(column, cell) ?? choiceProblem(column, cell) ?? patternProblem(column, cell);
}

function boundProblem({ type, min, max }: Column, cell: Cell): string | undefined {
  // Characters are not counted for nothing: most columns have neither.
  if ((min ?? null) === null && (max ?? null) === null) return undefined;
  const isText = type === 'text';
  const measure = isText ? characters(cell as string) : cell;
  const compare = (bound: Cell): number => compareCells(isText ? 'integer' : type, measure, bound);
  const unit = isText ? ' characters' : '';
  if (min !== undefined && min !== null && compare(min) < 0)
    return `is below the least allowed, ${cellText(min)}${unit}`;
  if (max !== undefined && max !== null && compare(max) > 0)
    return `is above the most allowed, ${cellText(max)}${unit}`;
  return undefined;
}

function characters(text: string): number {
  let count = 0;
  for (const _ of text) count += 1;
  return count;
}

function choiceProblem({ type, choices }: Column, cell: Cell): string | undefined {
  if (choices === undefined || choices.some((choice) => compareCells(type, choice, cell) === 0)) return undefined;
  return `is none of the choices ${choices.map(cellText).join(', ')}`;
}

/** RE2 expressions by their text: compiled once. The oldest half goes when there are many. */
const compiled = new Map<string, RE2JS>();
const compiledMax = 1_000;

/** @throws Error when the pattern is no RE2 expression. */
export function compilePattern(pattern: string): RE2JS {
  const known = compiled.get(pattern);
  if (known !== undefined) return known;
  if (compiled.size >= compiledMax) {
    for (const old of [...compiled.keys()].slice(0, compiledMax / 2)) compiled.delete(old);
  }
  const expression = RE2JS.compile(pattern);
  compiled.set(pattern, expression);
  return expression;
}

function patternProblem({ pattern }: Column, cell: Cell): string | undefined {
  if (pattern === undefined || compilePattern(pattern).matches(cellText(cell))) return undefined;
  return `does not match the pattern ${pattern}`;
}
