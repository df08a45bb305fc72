import type { ColDef, ICellEditorParams, SuppressKeyboardEventParams } from 'ag-grid-community';
import type { CurrentRow } from '../../../../../protocol/errors.ts';
import { commitmentIn } from '../../../../../protocol/sealed.ts';
import type { Column } from '../../../../../protocol/table.ts';
import type { Cell } from '../../../../../protocol/values.ts';
import { ChoiceEditor } from './choice-editor.ts';
import { choicesOf } from './choices.ts';
import { LongEditor } from './long-editor.ts';
import { type EditorParams, TextEditor } from './text-editor.ts';

/** Characters from which a text is edited in a window of its own, as with a line break in it. */
const longFrom = 80;

type EditorDef = Pick<ColDef<CurrentRow, Cell>, 'editable' | 'cellEditorSelector' | 'suppressKeyboardEvent'>;

/**
 * How a cell of the column is edited in place. Editors give the text that was typed; what cell it is comes after.
 * @param typedOf by the key of the row, what was typed there and can be no cell
 */
export function editorOf(of: Column, typedOf: EditorParams['typedOf']): EditorDef {
  const params = { of, typedOf };
  const choice = { component: ChoiceEditor, params };
  const long = { component: LongEditor, params, popup: true };
  const short = { component: TextEditor, params };
  return {
    editable: true,
    suppressKeyboardEvent: isOwnKey,
    cellEditorSelector: ({ value }: ICellEditorParams<CurrentRow, Cell>) => {
      if (choicesOf(of) !== undefined) return choice;
      return of.type === 'json' || isLong(value ?? null) ? long : short;
    },
  };
}

function isLong(cell: Cell): boolean {
  return (
    typeof cell === 'string' && (cell.length > longFrom || /[\n\r\t]/.test(cell)) && commitmentIn(cell) === undefined
  );
}

/** Enter ends an edit, but with shift it begins a line; Delete empties a cell at once, which is done elsewhere. */
function isOwnKey({ editing, event }: SuppressKeyboardEventParams<CurrentRow>): boolean {
  if (editing) return event.key === 'Enter' && event.shiftKey;
  return event.key === 'Delete' || event.key === 'Backspace';
}
