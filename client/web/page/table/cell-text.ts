import { commitmentIn } from '../../../../protocol/sealed.ts';
import type { Cell } from '../../../../protocol/values.ts';

/** A cell as people read it. */
export function cellText(cell: Cell): string {
  if (cell === null) return '';
  if (commitmentIn(cell) !== undefined) return '🔒 sealed';
  return typeof cell === 'object' ? JSON.stringify(cell) : String(cell);
}
