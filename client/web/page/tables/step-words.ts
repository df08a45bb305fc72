import type { AlterStep } from '../../../../protocol/table.ts';
import { cellText } from '../../../../protocol/values.ts';

/** What a step does, to how many rows. */
export function stepWords(step: AlterStep, rows: number): string {
  const isOne = rows === 1;
  const all = `${rows.toLocaleString()} ${isOne ? 'row' : 'rows'}`;
  switch (step.do) {
    case 'add': {
      const { name, type, default: value } = step.column;
      const cells =
        value === undefined || value === null
          ? `empty in ${all}`
          : `${all} ${isOne ? 'gets' : 'get'} ${cellText(value)}`;
      return `add ${name}, ${type}: ${cells}`;
    }
    case 'remove':
      return `remove ${step.column}: its cells leave ${all}, and stay in the history`;
    case 'rename':
      return `rename ${step.column} to ${step.to}`;
    case 'retype':
      return `make ${step.column} ${step.to}: ${all} ${isOne ? 'is' : 'are'} read anew, and nothing may be lost`;
    case 'rules':
      return `${step.column}: ${ruleWords(step.set).join(', ')}; ${all} ${isOne ? 'is' : 'are'} looked at`;
    default:
      return step satisfies never;
  }
}

function ruleWords(set: Extract<AlterStep, { do: 'rules' }>['set']): string[] {
  return Object.entries(set).map(([rule, value]) => {
    if (value === null) return `no ${rule} any more`;
    if (value === true) return rule;
    return `${rule} ${Array.isArray(value) ? value.map(cellText).join(', ') : cellText(value ?? null)}`;
  });
}

/** The columns that the steps seal which were open before. */
export function newlySealedBy(steps: readonly AlterStep[]): string[] {
  return steps.flatMap((step) => (step.do === 'rules' && step.set.sealed === true ? [step.column] : []));
}
