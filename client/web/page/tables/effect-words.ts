import type { AlterStep } from '../../../../protocol/table.ts';
import { cellWord } from '../words/cell-words.ts';
import { count, type Sentence, word } from '../words/sentence.ts';
import { stepWords } from '../words/step-words.ts';

/** What a step does, to how many rows. */
export function effectWords(step: AlterStep, rows: number): Sentence {
  const effect = effectText(step, rows);
  return effect === undefined ? stepWords(step) : [...stepWords(step), word(`: ${effect}`)];
}

function effectText(step: AlterStep, rows: number): string | undefined {
  const are = count(rows, 'row is', 'rows are');
  switch (step.do) {
    case 'add': {
      const { default: value } = step.column;
      if (value === undefined || value === null) return `empty in ${count(rows, 'row')}`;
      return `${count(rows, 'row gets', 'rows get')} ${cellWord(value).text}`;
    }
    case 'remove':
      return `its cells leave ${count(rows, 'row')}, and stay in the history`;
    case 'rename':
      return undefined;
    case 'retype':
      return `${are} read anew, and nothing may be lost`;
    case 'rules':
      return `${ruleWords(step.set).join(', ')}; ${are} looked at`;
    default:
      return step satisfies never;
  }
}

function ruleWords(set: Extract<AlterStep, { do: 'rules' }>['set']): string[] {
  return Object.entries(set).map(([rule, value]) => {
    if (value === null) return `no ${rule} any more`;
    if (value === true) return rule;
    return `${rule} ${[value ?? null]
      .flat()
      .map((cell) => cellWord(cell).text)
      .join(', ')}`;
  });
}

/** The columns that the steps seal which were open before. */
export function newlySealedBy(steps: readonly AlterStep[]): string[] {
  return steps.flatMap((step) => (step.do === 'rules' && step.set.sealed === true ? [step.column] : []));
}
