import type { Column } from '../../../../../protocol/table.ts';
import { type Cell, cellText } from '../../../../../protocol/values.ts';

/** What a column demands, to be read beside its field: `decimal, required, at least 0`. */
export function ruleText(column: Column): string {
  const { type, required, unique, sealed, pattern } = column;
  return [
    type,
    required === true && 'required',
    unique === true && 'unique',
    sealed === true && 'sealed',
    boundText(column),
    pattern !== undefined && `matches ${pattern}`,
    column.default !== undefined && `${cellText(column.default)} unless given`,
  ]
    .filter(Boolean)
    .join(', ');
}

function boundText({ type, min = null, max = null }: Column): string | false {
  const withUnit = (bound: Cell): string => {
    const text = cellText(bound);
    return type === 'text' ? `${text} ${text === '1' ? 'character' : 'characters'}` : text;
  };
  if (min !== null && max !== null) return `${cellText(min)} to ${withUnit(max)}`;
  if (min !== null) return `at least ${withUnit(min)}`;
  return max !== null && `at most ${withUnit(max)}`;
}
