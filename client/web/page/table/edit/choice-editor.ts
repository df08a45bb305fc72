import type { ICellEditorComp } from 'ag-grid-community';
import { shownText } from '../../../../../protocol/shown-text.ts';
import { exactText } from '../../words/cell-text.ts';
import { choicesOf } from './choices.ts';
import type { EditorParams } from './text-editor.ts';

/** A cell that is one of some. */
export class ChoiceEditor implements ICellEditorComp {
  readonly #select = document.createElement('select');
  #before = '';

  init({ of, value, eventKey }: EditorParams): void {
    this.#before = exactText(of.type, value ?? null);
    const texts = ['', ...(choicesOf(of) ?? []).map((choice) => exactText(of.type, choice))];
    if (!texts.includes(this.#before)) texts.push(this.#before);
    for (const text of texts) this.#select.append(optionOf(text));
    this.#select.className = 'ag-input-field-input rowcast-editor';
    this.#select.setAttribute('aria-label', `edit ${of.name}`);
    const typed = eventKey?.length === 1 ? eventKey.toLowerCase() : undefined;
    const begun = typed === undefined ? undefined : texts.find((text) => text.toLowerCase().startsWith(typed));
    this.#select.value = begun ?? this.#before;
  }

  getGui(): HTMLElement {
    return this.#select;
  }

  afterGuiAttached(): void {
    this.#select.focus();
  }

  getValue(): string {
    return this.#select.value;
  }

  isCancelAfterEnd(): boolean {
    return this.#select.value === this.#before;
  }
}

function optionOf(text: string): HTMLOptionElement {
  const option = document.createElement('option');
  option.value = text;
  option.textContent = text === '' ? '(empty)' : shownText(text);
  return option;
}
