import { type AlterStep, type Column, findColumn, type TableDefinition } from '../../protocol/table.ts';
import { alterOnce } from './definition.ts';

/** How a change of columns is taken back. */
export interface InverseAlter {
  readonly steps: readonly AlterStep[];
  /** Columns that the steps bring back, empty: as they are called behind the steps. Their cells are to be filled. */
  readonly returning: readonly string[];
  /** What can be demanded of these again only when their cells are there. */
  readonly afterwards: readonly AlterStep[];
}

type Rules = Extract<AlterStep, { do: 'rules' }>['set'];

/**
 * The steps that undo others, last one first: what was added is removed, what was removed is added where it stood, names,
 * types and rules are as they were.
 * @param definition the table before the steps
 */
export function inverseAlter(
  definition: TableDefinition,
  steps: readonly AlterStep[],
): InverseAlter | { readonly problem: string } {
  const states = statesBefore(definition, steps);
  const inverse: AlterStep[] = [];
  const returning = new Set<string>();
  for (let index = steps.length - 1; index >= 0; index -= 1) {
    const step = steps[index];
    const before = states[index];
    if (step === undefined || before === undefined) continue;
    const undone = inverseStep(before, step, returning);
    if (undone === undefined) continue;
    if ('problem' in undone) return undone;
    inverse.push(undone);
  }
  return {
    steps: inverse,
    returning: [...returning],
    afterwards: [...returning].flatMap((name) => rulesAgain(findColumn(definition, name))),
  };
}

/** A default would fill cells that were empty, and what is required would be missing, until the cells are back. */
const late = ['default', 'required'] as const satisfies readonly (keyof Rules)[];

function rulesAgain(column: Column | undefined): AlterStep[] {
  if (column === undefined) return [];
  const set: Rules = Object.fromEntries(late.filter((rule) => rule in column).map((rule) => [rule, column[rule]]));
  return Object.keys(set).length === 0 ? [] : [{ do: 'rules', column: column.name, set }];
}

/** The definition as each step found it. */
function statesBefore(definition: TableDefinition, steps: readonly AlterStep[]): TableDefinition[] {
  const states = [definition];
  for (const step of steps) {
    const last = states.at(-1) ?? definition;
    const next = alterOnce(last, step);
    states.push('message' in next ? last : next);
  }
  return states;
}

function inverseStep(
  before: TableDefinition,
  step: AlterStep,
  returning: Set<string>,
): AlterStep | { readonly problem: string } | undefined {
  switch (step.do) {
    case 'add':
      returning.delete(step.column.name);
      return { do: 'remove', column: step.column.name };
    case 'rename':
      if (returning.delete(step.to)) returning.add(step.column);
      return { do: 'rename', column: step.to, to: step.column };
    case 'remove':
      return addAgain(before, step.column, returning);
    case 'retype':
      return { do: 'retype', column: step.column, to: findColumn(before, step.column)?.type ?? step.to };
    case 'rules':
      return inverseRules(before, step, returning);
    default:
      return step satisfies never;
  }
}

function addAgain(before: TableDefinition, name: string, returning: Set<string>): AlterStep {
  const place = before.columns.findIndex((one) => one.name === name);
  const { default: _filled, required: _required, ...column } = before.columns[place] ?? { name, type: 'text' as const };
  returning.add(name);
  const next = before.columns[place + 1];
  return { do: 'add', column, ...(next === undefined ? {} : { before: next.name }) };
}

function inverseRules(
  before: TableDefinition,
  { column: name, set }: Extract<AlterStep, { do: 'rules' }>,
  returning: ReadonlySet<string>,
): AlterStep | { readonly problem: string } | undefined {
  const column: Partial<Column> = findColumn(before, name) ?? {};
  if (set.sealed && !column.sealed) {
    return {
      problem: `sealed column ${name}, and that cannot be taken back: what was erased since has no value any more`,
    };
  }
  const isLate = (rule: string): boolean => returning.has(name) && (late as readonly string[]).includes(rule);
  const names = (Object.keys(set) as (keyof Rules)[]).filter(
    (rule) => rule !== 'sealed' && set[rule] !== undefined && !isLate(rule),
  );
  if (names.length === 0) return undefined;
  return { do: 'rules', column: name, set: Object.fromEntries(names.map((rule) => [rule, column[rule] ?? null])) };
}

/** The columns that steps touch, as they are called when a step finds them; of `after`, as the steps leave them. */
export function touchedColumns(steps: readonly AlterStep[]): {
  before: ReadonlySet<string>;
  after: ReadonlySet<string>;
} {
  const before = new Set<string>();
  const after = new Set<string>();
  for (const step of steps) {
    if (step.do === 'add') {
      after.add(step.column.name);
    } else {
      if (!after.has(step.column)) before.add(step.column);
      after.delete(step.column);
      after.add(step.do === 'rename' ? step.to : step.column);
    }
  }
  return { before, after };
}
