import { shownText } from '../../../../../protocol/shown-text.ts';
import type { ColumnCondition } from '../../address/arrangement.ts';
import { kinds } from './conditions.ts';

const verbs: Readonly<Record<string, string>> = {
  contains: 'contains',
  lacks: 'does not contain',
  is: 'is',
  isNot: 'is not',
  begins: 'begins with',
  ends: 'ends with',
  above: 'is above',
  least: 'is at least',
  below: 'is below',
  most: 'is at most',
  before: 'is before',
  after: 'is after',
  between: 'is between',
  empty: 'is empty',
  filled: 'is not empty',
  true: 'is true',
  false: 'is false',
};

/** `salary is at least 1000`, `job contains “engineer”`. */
export function conditionWords({ column, is, values }: ColumnCondition): string {
  const told = values.map((value) => (/^[-\d.]+$/.test(value) ? value : `“${shownText(value, { widthMax: 40 })}”`));
  return [shownText(column, { widthMax: 40 }), verbs[is] ?? is, told.join(' and ')].filter(Boolean).join(' ');
}

/** The grid's own words, as the page writes its own. */
export const gridWords: Readonly<Record<string, string>> = {
  ...Object.fromEntries(
    [kinds.text, kinds.day].flatMap((kind) => Object.entries(kind).map(([word, key]) => [key, verbs[word] ?? word])),
  ),
  resetFilter: 'reset',
  filterOoo: 'filter…',
  inRangeStart: 'from',
  inRangeEnd: 'to',
  andCondition: 'and',
  orCondition: 'or',
  ariaFilteringOperator: 'how it is compared',
  ariaFilterValue: 'what it is compared with',
  ariaFilterFromValue: 'from',
  ariaFilterToValue: 'to',
};
