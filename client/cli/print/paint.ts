import picocolors from 'picocolors';
import { commitmentIn } from '../../../protocol/sealed.ts';
import { shownText } from '../../../protocol/shown-text.ts';
import type { Cell } from '../../../protocol/values.ts';
import { cellText } from '../../../protocol/values.ts';

/** Colours by what they mean; without colours they return the text as it is. */
export interface Paint {
  readonly dim: (text: string) => string;
  readonly strong: (text: string) => string;
  readonly added: (text: string) => string;
  readonly removed: (text: string) => string;
  readonly changed: (text: string) => string;
  readonly problem: (text: string) => string;
  /** Escapes of characters that are not shown raw. */
  readonly escape: (text: string) => string;
}

export function makePaint(enabled: boolean): Paint {
  const colors = picocolors.createColors(enabled);
  return {
    dim: colors.dim,
    strong: colors.bold,
    added: colors.green,
    removed: colors.red,
    changed: colors.yellow,
    problem: colors.red,
    escape: colors.magenta,
  };
}

export const plain = makePaint(false);

/** Foreign text on one line, its hidden characters as escapes. */
export function show(text: string, paint: Paint, widthMax?: number): string {
  return shownText(text, { widthMax, mark: paint.escape });
}

/** How a cell is shown that one may not read, or that was erased. A text may look the same; --json tells them apart. */
export const sealedMark = '‹sealed›';

/** The text of a cell as it is shown. */
export function shownCell(cell: Cell): string {
  return commitmentIn(cell) === undefined ? cellText(cell) : sealedMark;
}

/** A cell within a sentence: the empty one and the empty text are told apart. */
export function showCell(cell: Cell | undefined, paint: Paint, widthMax = 60): string {
  if (cell === undefined || cell === null) return paint.dim('(empty)');
  const text = shownCell(cell);
  return text === '' ? '""' : show(text, paint, widthMax);
}
