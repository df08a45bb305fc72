import type { Column } from '../../../../../protocol/table.ts';
import type { Cell } from '../../../../../protocol/values.ts';

/** What one of is chosen; undefined when anything may be written. */
export function choicesOf({ type, choices }: Column): readonly Cell[] | undefined {
  return choices ?? (type === 'boolean' ? [true, false] : undefined);
}
