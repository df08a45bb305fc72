import { isDeepStrictEqual } from 'node:util';
import type { TableDiff } from '../../protocol/diff.ts';
import type { AlterStep, Column, TableDefinition } from '../../protocol/table.ts';
import { type Cell, type Cells, type ColumnType, cellFormText, retypeCell } from '../../protocol/values.ts';

/** What a column demands of rows that are there. A default is for new rows, and sealing is done to the rows themselves. */
const demands = ['required', 'unique', 'min', 'max', 'pattern', 'choices'] as const;
type Rules = Extract<AlterStep, { do: 'rules' }>['set'];

/** A column behind all changes of columns, and where it comes from. */
interface NetColumn {
  readonly column: Column;
  /** As it was ahead of them; absent when it was added. */
  readonly was?: Column | undefined;
  /** Of one that was added: what its cells were filled with. */
  readonly filled?: Cell | undefined;
}

/** The changes of a table's columns in three parts, between which its rows can change. */
export interface NetAlterSteps {
  /** Names and places, and what demands something that the changes are about demands nothing. */
  readonly named: readonly AlterStep[];
  /** Types, defaults, what is sealed. */
  readonly typed: readonly AlterStep[];
  /** Makes the demands. */
  readonly demanding: readonly AlterStep[];
}

/**
 * What the changes of columns of a diff come to. In the past that they come from rows were changed between them, and a diff
 * knows only what came of it: whether a row had what a rule demands when the rule came, or a value that a type could keep, it
 * has at the end. So each column takes its last type at once, and its rules behind the rows.
 */
export class NetAlter {
  readonly #steps: readonly AlterStep[];
  readonly #columns: readonly NetColumn[];
  /** For each step that adds a column: what comes of it. */
  readonly #added: ReadonlyMap<AlterStep, NetColumn>;

  constructor({ was, steps = [], definition }: Pick<TableDiff, 'was' | 'steps' | 'definition'>) {
    this.#steps = steps;
    const origins = originsOf(was, steps);
    const net = (definition?.columns ?? []).map((column) => ({ column, origin: origins.get(column.name) }));
    this.#columns = net.map(({ column, origin }) => ({ column, was: origin?.was, filled: origin?.filled }));
    this.#added = new Map(
      net.flatMap(({ origin }, index) => {
        const made = this.#columns[index];
        return origin?.step === undefined || made === undefined ? [] : [[origin.step, made] as const];
      }),
    );
  }

  /** A row of before as the diff tells it: in the columns of now, a cell that its column would not keep as it was. */
  bring(row: Cells): Cells {
    return Object.fromEntries(
      this.#columns.flatMap(({ column, was, filled }) => {
        const cell = was === undefined ? filled : told(row[was.name], was.type, column.type);
        return cell === undefined ? [] : [[column.name, cell]];
      }),
    );
  }

  /** The columns, as they are called now, that would not keep what a row of before has there. */
  losing(row: Cells): string[] {
    return this.#columns.flatMap(({ column, was }) => {
      const cell = was && row[was.name];
      if (was === undefined || cell === undefined || was.type === column.type) return [];
      return retypeCell(cell, was.type, column.type) === undefined ? [column.name] : [];
    });
  }

  /** A column that was sealed and would not be any more, as it is called now. */
  get unsealed(): string | undefined {
    return this.#columns.find(({ column, was }) => was?.sealed && !column.sealed)?.column.name;
  }

  get parts(): NetAlterSteps {
    const parts = this.#columns.map(columnParts);
    return {
      named: [...this.#steps.flatMap((step) => this.#naming(step)), ...parts.flatMap(({ named }) => named)],
      typed: parts.flatMap(({ typed }) => typed),
      demanding: parts.flatMap(({ demanding }) => demanding),
    };
  }

  #naming(step: AlterStep): AlterStep[] {
    if (step.do === 'retype' || step.do === 'rules') return [];
    if (step.do !== 'add') return [step];
    const { name, type } = step.column;
    const net = this.#added.get(step);
    if (net === undefined) return [{ ...step, column: { name, type } }];
    const { column, filled } = net;
    const sealed = column.sealed ? { sealed: column.sealed } : {};
    const isFilled = filled !== undefined && !column.sealed;
    return [{ ...step, column: { name, type: column.type, ...sealed, ...(isFilled ? { default: filled } : {}) } }];
  }
}

/** Where a column comes from, while the steps are gone through. */
interface Origin {
  readonly was?: Column;
  readonly step?: AlterStep;
  readonly type: ColumnType;
  readonly filled?: Cell | undefined;
}

function originsOf(was: TableDefinition | undefined, steps: readonly AlterStep[]): ReadonlyMap<string, Origin> {
  const origins = new Map<string, Origin>((was?.columns ?? []).map((one) => [one.name, { was: one, type: one.type }]));
  for (const step of steps) {
    if (step.do === 'add') {
      const { name, type, default: filled } = step.column;
      origins.set(name, { step, type, filled: filled ?? undefined });
      continue;
    }
    const origin = origins.get(step.column);
    if (origin === undefined || step.do === 'rules') continue;
    origins.delete(step.column);
    if (step.do === 'rename') origins.set(step.to, origin);
    if (step.do === 'retype') {
      const { filled } = origin;
      const retyped = filled === undefined ? undefined : retypeCell(filled, origin.type, step.to);
      origins.set(step.column, { ...origin, type: step.to, filled: retyped });
    }
  }
  return origins;
}

/** A number or JSON that is not in its one form is told as what it is read as. */
function told(cell: Cell | undefined, from: ColumnType, to: ColumnType): Cell | undefined {
  if (cell === undefined || cell === null || from === to) return cell;
  const kept = retypeCell(cell, from, to);
  if (kept !== undefined || (to !== 'json' && to !== 'number')) return kept ?? cell;
  const text = cellFormText(from, cell);
  if (to === 'number' && !/^-?(0|[1-9][0-9]*)([.][0-9]*[1-9])?(e[+-][0-9]+)?$/.test(text)) return cell;
  try {
    return JSON.parse(text) as Cell;
  } catch (error) {
    if (error instanceof SyntaxError) return cell;
    throw error;
  }
}

function columnParts({ column, was, filled }: NetColumn): NetAlterSteps {
  const { name, type } = column;
  const before = was ?? { name, type, ...(filled === undefined || column.sealed ? {} : { default: filled }) };
  const isRetyped = before.type !== type;
  const isOther = (rule: keyof Rules): boolean => isRetyped || !isDeepStrictEqual(before[rule], column[rule]);
  const demanded = demands.filter(isOther);
  const freed = [...demanded, ...(isOther('default') ? (['default'] as const) : [])].filter((rule) => rule in before);
  const filling = isOther('default') ? (['default'] as const) : [];
  const isSealed = column.sealed === true && before.sealed !== true && was !== undefined;
  const typed: Rules = { ...pick(column, filling), ...(isSealed ? { sealed: true } : {}) };
  return {
    named: rulesStep(name, was === undefined ? {} : Object.fromEntries(freed.map((rule) => [rule, null]))),
    typed: [
      ...(isRetyped ? [{ do: 'retype' as const, column: name, to: type }] : []),
      ...rulesStep(
        name,
        was === undefined && isOther('default') ? { ...typed, default: column.default ?? null } : typed,
      ),
    ],
    demanding: rulesStep(name, pick(column, demanded)),
  };
}

function pick(column: Column, rules: readonly (keyof Rules)[]): Rules {
  return Object.fromEntries(rules.flatMap((rule) => (rule in column ? [[rule, column[rule]]] : [])));
}

function rulesStep(column: string, set: Rules): AlterStep[] {
  return Object.keys(set).length === 0 ? [] : [{ do: 'rules', column, set }];
}
