import type { AlterStep } from '../../../../protocol/table.ts';
import { foreign, type Sentence, word } from './sentence.ts';

/** What a step makes of a column: `age added as integer`, `name renamed to first name`, `pay made decimal`. */
export function stepWords(step: AlterStep): Sentence {
  switch (step.do) {
    case 'add':
      return [foreign(step.column.name, 'strong'), word(` added as ${step.column.type}`)];
    case 'remove':
      return [foreign(step.column, 'strong'), word(' removed')];
    case 'rename':
      return [foreign(step.column, 'strong'), word(' renamed to '), foreign(step.to, 'is')];
    case 'retype':
      return [foreign(step.column, 'strong'), word(' made '), word(step.to, 'is')];
    case 'rules':
      return [foreign(step.column, 'strong'), word(' has other rules')];
    default:
      return step satisfies never;
  }
}
