import type { ICellEditorComp } from 'ag-grid-community';
import type { Cell, ColumnType } from '../../../../../protocol/values.ts';
import { exactText } from '../../words/cell-text.ts';
import type { EditorParams } from './text-editor.ts';

/** A cell of several lines, in a window above the grid. Enter ends the edit, Shift+Enter begins a line. */
export class LongEditor implements ICellEditorComp {
  readonly #area = document.createElement('textarea');
  #before = '';

  init({ of, typedOf, data, value, eventKey }: EditorParams): void {
    this.#before = typedOf(data.key) ?? wholeText(of.type, value ?? null);
    this.#area.className = 'rowcast-editor rowcast-long-editor';
    this.#area.setAttribute('aria-label', `edit ${of.name}; Enter ends it, Shift+Enter begins a line`);
    this.#area.spellcheck = false;
    this.#area.rows = Math.min(16, Math.max(4, this.#before.split('\n').length + 1));
    this.#area.value = eventKey?.length === 1 ? eventKey : this.#before;
  }

  getGui(): HTMLElement {
    return this.#area;
  }

  afterGuiAttached(): void {
    this.#area.focus();
    if (this.#area.value === this.#before) this.#area.select();
  }

  getValue(): string {
    return this.#area.value;
  }

  isPopup(): boolean {
    return true;
  }

  isCancelAfterEnd(): boolean {
    return this.#area.value === this.#before;
  }
}

function wholeText(type: ColumnType, cell: Cell): string {
  return type === 'json' && cell !== null ? JSON.stringify(cell, null, 2) : exactText(type, cell);
}
