import { type CellProblem, compilePattern, ruleProblem } from '../../protocol/rules.ts';
import { sealedNames } from '../../protocol/sealed.ts';
import { type AlterStep, type Column, findColumn, keyTypes, type TableDefinition } from '../../protocol/table.ts';
import { type Cell, cellProblem, compareCells } from '../../protocol/values.ts';

/** Everything that is wrong with a table's definition by itself. */
export function definitionProblems(definition: TableDefinition): CellProblem[] {
  return [
    ...repeatedNames(definition),
    ...keyProblems(definition),
    ...definition.columns.flatMap((column) => columnProblems(column)),
  ];
}

function repeatedNames({ columns }: TableDefinition): CellProblem[] {
  const seen = new Set<string>();
  return columns.flatMap(({ name }) => {
    if (seen.has(name)) return [{ column: name, message: 'stands twice; give one of them another name' }];
    seen.add(name);
    return [];
  });
}

function twice(column: string): CellProblem {
  return { column, message: 'stands twice; give one of them another name' };
}

function keyProblems(definition: TableDefinition): CellProblem[] {
  if (definition.key === undefined) return [];
  const column = findColumn(definition, definition.key);
  if (column === undefined) return [{ column: definition.key, message: 'is named as the key but is no column' }];
  if (column.sealed) return [{ column: column.name, message: 'is the key, which everybody sees: it cannot be sealed' }];
  if (keyTypes.has(column.type)) return [];
  return [{ column: column.name, message: `is ${column.type}: a key is ${[...keyTypes].join(', ')}` }];
}

function columnProblems(column: Column): CellProblem[] {
  const problems = [
    ...valueRuleProblems(column),
    ...boundProblems(column),
    ...patternProblems(column),
    ...uniqueProblems(column),
    ...sealedProblems(column),
  ];
  return problems.length > 0 ? problems : contradictions(column);
}

/** Defaults and choices are values of the column. */
function valueRuleProblems({ name, type, default: value, choices }: Column): CellProblem[] {
  const given: [string, Cell][] = (choices ?? []).map((choice) => ['choice', choice]);
  if (value !== undefined) given.push(['default', value]);
  if (choices !== undefined && type === 'json') return [{ column: name, message: 'is json, which has no choices' }];
  return given.flatMap(([rule, cell]) => {
    const message = rule === 'choice' && cell === null ? 'is empty' : cellProblem(type, cell);
    return message === undefined ? [] : [{ column: name, message: `its ${rule} ${JSON.stringify(cell)} ${message}` }];
  });
}

function boundProblems({ name, type, min, max }: Column): CellProblem[] {
  const bounds: [string, Cell | undefined][] = [
    ['min', min],
    ['max', max],
  ];
  return bounds.flatMap(([rule, bound]) => {
    if (bound === undefined || bound === null) return [];
    if (type === 'boolean' || type === 'json') return [{ column: name, message: `is ${type}, which has no ${rule}` }];
    const message = cellProblem(type === 'text' ? 'integer' : type, bound);
    return message === undefined ? [] : [{ column: name, message: `its ${rule} ${JSON.stringify(bound)} ${message}` }];
  });
}

/** Rules that no row could keep: a least above the most, a default that the other rules refuse. Asked when each is right. */
function contradictions(column: Column): CellProblem[] {
  const { name, type, min, max, default: byDefault } = column;
  const bounded = min !== undefined && min !== null && max !== undefined && max !== null;
  if (bounded && compareCells(type === 'text' ? 'integer' : type, min, max) > 0) {
    return [{ column: name, message: 'its min is above its max' }];
  }
  if (byDefault === undefined || byDefault === null) return [];
  const message = ruleProblem(column, byDefault);
  return message === undefined
    ? []
    : [{ column: name, message: `its default ${JSON.stringify(byDefault)} ${message}` }];
}

function patternProblems({ name, type, pattern }: Column): CellProblem[] {
  if (pattern === undefined) return [];
  if (type !== 'text') return [{ column: name, message: `is ${type}: a pattern goes with text` }];
  try {
    compilePattern(pattern);
    return [];
  } catch (error) {
    return [{ column: name, message: `its pattern is no RE2 expression: ${(error as Error).message}` }];
  }
}

function uniqueProblems({ name, type, unique }: Column): CellProblem[] {
  return unique && type === 'json' ? [{ column: name, message: 'is json, which cannot be unique' }] : [];
}

/** The definition is public, and with it every default. */
function sealedProblems({ name, sealed, default: value }: Column): CellProblem[] {
  return sealed && value !== undefined ? [{ column: name, message: 'is sealed, and cannot have a default' }] : [];
}

/** The definition in its one form: a rule that is null is none, and is not there. */
export function plainDefinition(definition: TableDefinition): TableDefinition {
  return { ...definition, columns: definition.columns.map((column) => withRules(column, {})) };
}

/** The definition after the steps, or everything that is wrong with them. */
export function alterDefinition(
  definition: TableDefinition,
  steps: readonly AlterStep[],
): { definition: TableDefinition } | { problems: CellProblem[] } {
  let altered = definition;
  const problems: CellProblem[] = [];
  for (const step of steps) {
    const next = alterOnce(altered, step);
    if ('message' in next) problems.push(next);
    else altered = next;
  }
  problems.push(...definitionProblems(altered));
  return problems.length > 0 ? { problems } : { definition: altered };
}

/** The definition after one step, whose result may be wrong by itself, or why the step cannot be done. */
export function alterOnce(definition: TableDefinition, step: AlterStep): TableDefinition | CellProblem {
  if (step.do === 'add') return addColumn(definition, step);
  const column = findColumn(definition, step.column);
  if (column === undefined) return { column: step.column, message: `is no column of table ${definition.name}` };
  const isKey = definition.key === step.column;
  switch (step.do) {
    case 'rename':
      if (step.to !== step.column && findColumn(definition, step.to) !== undefined) return twice(step.to);
      return { ...replace(definition, step.column, { ...column, name: step.to }), ...(isKey ? { key: step.to } : {}) };
    case 'remove':
      if (isKey) return { column: step.column, message: 'is the key and cannot be removed' };
      return { ...definition, columns: definition.columns.filter(({ name }) => name !== step.column) };
    case 'retype':
      if (isKey) return { column: step.column, message: 'is the key: its type cannot be changed' };
      if (column.sealed) return { column: step.column, message: 'is sealed: its type cannot be changed' };
      return replace(definition, step.column, { ...column, type: step.to });
    case 'rules':
      return replace(definition, step.column, withRules(column, step.set));
    default:
      return step satisfies never;
  }
}

function addColumn(definition: TableDefinition, { column, before }: StepThat<'add'>): TableDefinition | CellProblem {
  if (findColumn(definition, column.name) !== undefined) return twice(column.name);
  const columns = [...definition.columns];
  const place = before === undefined ? columns.length : columns.findIndex(({ name }) => name === before);
  if (place < 0) return { column: before ?? '', message: `is no column of table ${definition.name}` };
  columns.splice(place, 0, withRules(column, {}));
  return { ...definition, columns };
}

function replace(definition: TableDefinition, name: string, column: Column): TableDefinition {
  return { ...definition, columns: definition.columns.map((one) => (one.name === name ? column : one)) };
}

/** The columns that the steps seal: those that are sealed after them and, whatever they were called, were not before. */
export function newlySealed(before: TableDefinition, after: TableDefinition, steps: readonly AlterStep[]): string[] {
  const sealed = new Set(sealedNames(before));
  for (const step of steps) {
    if (step.do === 'add' && step.column.sealed) sealed.add(step.column.name);
    if (step.do === 'remove') sealed.delete(step.column);
    if (step.do === 'rename' && sealed.delete(step.column)) sealed.add(step.to);
  }
  return sealedNames(after).filter((name) => !sealed.has(name));
}

type StepThat<Does extends AlterStep['do']> = Extract<AlterStep, { do: Does }>;

function withRules(column: Column, set: StepThat<'rules'>['set']): Column {
  const merged = { ...column, ...set };
  return Object.fromEntries(Object.entries(merged).filter(([, rule]) => rule !== null && rule !== undefined)) as Column;
}
