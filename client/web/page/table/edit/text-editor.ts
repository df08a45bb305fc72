import type { ICellEditorComp, ICellEditorParams } from 'ag-grid-community';
import type { CurrentRow } from '../../../../../protocol/errors.ts';
import type { Column } from '../../../../../protocol/table.ts';
import type { Cell } from '../../../../../protocol/values.ts';
import { exactText } from '../../words/cell-text.ts';

export interface EditorParams extends ICellEditorParams<CurrentRow, Cell> {
  readonly column: ICellEditorParams['column'];
  /** Of the definition; the grid has its own `column`. */
  readonly of: Column;
  /** By the key of the row, what was typed there and can be no cell. */
  readonly typedOf: (key: string) => string | undefined;
}

/** A cell on one line, as its exact text: begun with a key it is written anew, else changed. */
export class TextEditor implements ICellEditorComp<CurrentRow, Cell> {
  readonly #input = document.createElement('input');
  #before = '';
  #isAnew = false;

  init({ of, value, eventKey }: EditorParams): void {
    this.#before = exactText(of.type, value ?? null);
    this.#isAnew = eventKey !== null && eventKey.length === 1;
    this.#input.type = of.type === 'date' && !this.#isAnew ? 'date' : 'text';
    this.#input.className = 'ag-input-field-input rowcast-editor';
    this.#input.setAttribute('aria-label', `edit ${of.name}`);
    this.#input.spellcheck = false;
    if (numericTypes.has(of.type)) this.#input.inputMode = 'decimal';
    this.#input.placeholder = placeholders[of.type] ?? '';
    this.#input.value = this.#isAnew ? (eventKey ?? '') : this.#before;
  }

  getGui(): HTMLElement {
    return this.#input;
  }

  afterGuiAttached(): void {
    this.#input.focus();
    if (!this.#isAnew) this.#input.select();
  }

  getValue(): string {
    return this.#input.value;
  }

  isCancelAfterEnd(): boolean {
    return this.#input.value === this.#before;
  }
}

const numericTypes: ReadonlySet<string> = new Set(['integer', 'number', 'decimal']);

const placeholders: Partial<Record<Column['type'], string>> = {
  date: 'YYYY-MM-DD',
  timestamp: 'YYYY-MM-DD hh:mm:ss',
};
