import type { AlterStep, Column, TableDefinition } from '../../../protocol/table.ts';
import { cellText } from '../../../protocol/values.ts';

type RulesStep = Extract<AlterStep, { do: 'rules' }>;

/** A column as `create` takes it: `salary:decimal:min=0`. */
function columnSpec({ name, type, ...rules }: Column, isKey = false): string {
  return [name, type, ...(isKey ? ['key'] : []), ...ruleWords(rules)].join(':');
}

/** A table's columns as `create` takes them. */
export function columnSpecs({ key, columns }: TableDefinition): string[] {
  return columns.map((column) => columnSpec(column, column.name === key));
}

/** Rules as one writes them; a rule that was taken away has nothing behind its `=`. */
export function ruleWords(rules: Omit<Column, 'name' | 'type'> | RulesStep['set']): string[] {
  return Object.entries(rules).map(([rule, value]) => {
    if (value === true) return rule;
    if (value === null || value === undefined) return `${rule}=`;
    if (rule === 'choices' && Array.isArray(value)) return `${rule}=${value.map(cellText).join('|')}`;
    return `${rule}=${cellText(value)}`;
  });
}

/** A step of an alter in the words that `alter` takes. */
export function stepWords(step: AlterStep): string {
  switch (step.do) {
    case 'add':
      return `add ${columnSpec(step.column)}`;
    case 'rename':
      return `rename ${step.column} ${step.to}`;
    case 'remove':
      return `remove ${step.column}`;
    case 'retype':
      return `retype ${step.column} ${step.to}`;
    case 'rules':
      return `rules ${[step.column, ...ruleWords(step.set)].join(' ')}`;
    default:
      return step satisfies never;
  }
}
