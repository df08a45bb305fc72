import type { ICellRendererComp, ICellRendererParams } from 'ag-grid-community';
import type { Cell, ColumnType } from '../../../../protocol/values.ts';
import { shownCell } from '../words/cell-text.ts';
import { cellWord } from '../words/cell-words.ts';
import classes from './compare-view.module.css';
import type { ShownRow } from './compared-rows.ts';

interface Params extends ICellRendererParams<ShownRow, Cell> {
  readonly columnType: ColumnType;
}

/** A cell of two moments: what it was, struck, and what it is; of one that did not change only that. */
export class ComparedCell implements ICellRendererComp<ShownRow> {
  readonly #cell = document.createElement('span');

  init(params: Params): void {
    this.refresh(params);
  }

  getGui(): HTMLElement {
    return this.#cell;
  }

  refresh({ data, value, colDef, columnType: type }: Params): boolean {
    const was = data?.was[colDef?.colId ?? ''];
    if (was === undefined) this.#cell.replaceChildren(shownCell(type, value ?? null));
    else {
      const before = marked('del', cellWord(was, 'was', { type }).text, classes.was);
      const after = marked('ins', cellWord(value, 'is', { type }).text, classes.is);
      this.#cell.replaceChildren(before, ' → ', after);
    }
    return true;
  }
}

function marked(tag: 'del' | 'ins', text: string, className: string | undefined): HTMLElement {
  const element = document.createElement(tag);
  element.className = className ?? '';
  element.textContent = text;
  return element;
}
