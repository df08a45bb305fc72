import { type AlterStep, type Column, findColumn, type TableDefinition } from '../../protocol/table.ts';

/** What a column demands of rows that are there. A default is for new rows, and sealing is done to the rows themselves. */
const demands = ['required', 'unique', 'min', 'max', 'pattern', 'choices'] as const;
type Demand = (typeof demands)[number];

/** The changes of a table's columns in two parts, between which its rows can change. */
export interface Loosened {
  /** Everything but the demands that the changes are about: those are taken away. */
  readonly before: readonly AlterStep[];
  /** Makes these demands. */
  readonly behind: readonly AlterStep[];
}

/**
 * Parts the steps that lead to a definition. In the past that they come from rows were changed between them, and a patch
 * knows only what came of it: whether a row had what a rule demands when the rule came, it has at the end.
 * @param swapped columns of the definition whose values change hands between rows: each is unique only at the end
 */
export function loosened(
  steps: readonly AlterStep[],
  definition: TableDefinition,
  swapped: readonly string[],
): Loosened {
  const taken = new Map<string, Set<Demand>>();
  const before = steps.map((step): AlterStep => {
    switch (step.do) {
      case 'add': {
        const column = { ...step.column };
        for (const demand of demands) delete column[demand];
        taken.set(column.name, new Set(demands.filter((demand) => demand in step.column)));
        return { ...step, column };
      }
      case 'rules': {
        const named = demands.filter((demand) => step.set[demand] !== undefined);
        taken.set(step.column, new Set([...(taken.get(step.column) ?? []), ...named]));
        return { ...step, set: { ...step.set, ...Object.fromEntries(named.map((demand) => [demand, null])) } };
      }
      case 'rename': {
        const ofColumn = taken.get(step.column);
        taken.delete(step.column);
        if (ofColumn !== undefined) taken.set(step.to, ofColumn);
        return step;
      }
      case 'remove':
        taken.delete(step.column);
        return step;
      case 'retype':
        return step;
      default:
        return step satisfies never;
    }
  });
  const freed = swapped.filter((name) => taken.get(name)?.has('unique') !== true);
  for (const name of freed) taken.set(name, new Set([...(taken.get(name) ?? []), 'unique']));
  return {
    before: [...before, ...freed.map((column): AlterStep => ({ do: 'rules', column, set: { unique: null } }))],
    behind: [...taken].flatMap(([name, names]) => demanding(findColumn(definition, name), names)),
  };
}

function demanding(column: Column | undefined, names: ReadonlySet<Demand>): AlterStep[] {
  if (column === undefined) return [];
  const set = Object.fromEntries([...names].flatMap((name) => (name in column ? [[name, column[name]]] : [])));
  return Object.keys(set).length === 0 ? [] : [{ do: 'rules', column: column.name, set }];
}
