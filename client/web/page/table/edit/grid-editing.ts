import type { CurrentRow } from '../../../../../protocol/errors.ts';
import type { TableDefinition } from '../../../../../protocol/table.ts';
import type { GridFeed } from '../grid/grid-feed.ts';
import { tellFailed } from './notes.tsx';
import type { PendingCells } from './pending-cells.ts';
import type { RowEditor } from './row-editor.ts';
import { typedCell } from './typed-cell.ts';

export interface GridEditingOptions {
  readonly definition: TableDefinition;
  readonly feed: GridFeed;
  readonly pending: PendingCells;
  readonly editor: RowEditor;
  /** What was pasted is to be looked at. */
  readonly onPaste: (text: string) => void;
}

/** What is edited in place. */
export class GridEditing {
  readonly #options: GridEditingOptions;
  /** The row as it was when the person began to edit it: by its version they are told when somebody else was faster. */
  #seen: CurrentRow | undefined;
  #release: (() => void) | undefined;

  constructor(options: GridEditingOptions) {
    this.#options = options;
  }

  get pending(): PendingCells {
    return this.#options.pending;
  }

  onBegin(row: CurrentRow | undefined): void {
    this.#seen = row;
    this.#release?.();
    this.#release = this.#options.feed.attention.hold();
  }

  onEnd(): void {
    this.#release?.();
    this.#release = undefined;
  }

  /** The person has written something into a cell, as text. */
  onEdit(row: CurrentRow | undefined, column: string, text: unknown): void {
    const { definition, editor } = this.#options;
    const type = definition.columns.find(({ name }) => name === column)?.type;
    if (row === undefined || type === undefined || typeof text !== 'string') return;
    const typed = typedCell(type, text);
    const seen = this.#seen?.key === row.key ? this.#seen : row;
    if ('problem' in typed) tellFailed(`${column}: ${typed.problem}`);
    else void editor.change(seen, { [column]: typed.cell });
  }

  /** Delete empties the cell. */
  onKey(event: KeyboardEvent, row: CurrentRow, column: string): void {
    const { definition, editor } = this.#options;
    const isColumn = definition.columns.some(({ name }) => name === column) && definition.key !== column;
    if (!isColumn || (event.key !== 'Delete' && event.key !== 'Backspace')) return;
    event.preventDefault();
    if ((row.row[column] ?? null) !== null) void editor.change(row, { [column]: null });
  }

  onPaste(text: string): void {
    if (text !== '') this.#options.onPaste(text);
  }
}
