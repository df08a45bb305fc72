import type { GridApi } from 'ag-grid-community';
import type { CurrentRow } from '../../../../../protocol/errors.ts';
import type { TableDefinition } from '../../../../../protocol/table.ts';
import { planPaste } from './paste-plan.ts';
import type { PendingCells } from './pending-cells.ts';
import type { TableSession } from './table-session.ts';
import { typedCell } from './typed-cell.ts';

interface GridEditingOptions {
  readonly definition: TableDefinition;
  readonly session: TableSession;
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
    return this.#options.session.pending;
  }

  onBegin(row: CurrentRow | undefined): void {
    this.#seen = row;
    this.#release?.();
    this.#release = this.#options.session.feed.attention.hold();
  }

  onEnd(): void {
    this.#release?.();
    this.#release = undefined;
  }

  /** The person has written something into a cell, as text. */
  onEdit(row: CurrentRow | undefined, column: string, text: unknown): void {
    const {
      definition,
      session: { editor, pending },
    } = this.#options;
    const type = definition.columns.find(({ name }) => name === column)?.type;
    if (row === undefined || type === undefined || typeof text !== 'string') return;
    const typed = typedCell(type, text);
    const seen = this.#seen?.key === row.key ? this.#seen : row;
    if ('problem' in typed) pending.putTyped(seen, { column, text, problem: typed.problem });
    else void editor.change(seen, { [column]: typed.cell });
  }

  /** Delete empties the cell. */
  onKey(event: KeyboardEvent, row: CurrentRow, column: string): void {
    const {
      definition,
      session: { editor },
    } = this.#options;
    const isColumn = definition.columns.some(({ name }) => name === column) && definition.key !== column;
    if (!isColumn || (event.key !== 'Delete' && event.key !== 'Backspace')) return;
    event.preventDefault();
    if ((row.row[column] ?? null) !== null) void editor.change(row, { [column]: null });
  }

  /** A single cell is written at once; what is more is shown first. */
  onPaste(text: string): void {
    const { definition, session } = this.#options;
    const { feed, editor, dialog } = session;
    const { rows, columns } = targetsOf(feed.api);
    const plan = planPaste({ definition, text, rows, columns, rowOf: (key) => session.rowOf(key) });
    const [line] = plan.lines;
    const [row] = rows;
    if (plan.lines.length === 1 && plan.problems.length === 0 && line?.isNew === false && line.cells.length === 1) {
      const [cell] = line.cells;
      if (cell !== undefined && row !== undefined && row.key === line.key)
        void editor.change(row, { [cell.column]: cell.after });
    } else if (text !== '') dialog.setState({ open: { kind: 'paste', plan } });
  }
}

/** The rows and columns from the focus on, as they are shown; without one what is pasted are new rows. */
function targetsOf(api: GridApi<CurrentRow> | undefined): { rows: CurrentRow[]; columns: string[] } {
  const focused = api?.getFocusedCell() ?? undefined;
  const shown = api?.getAllDisplayedColumns() ?? [];
  const columns = shown
    .slice(focused === undefined ? 0 : shown.indexOf(focused.column))
    .map((column) => column.getColId());
  const rows: CurrentRow[] = [];
  if (api === undefined || focused === undefined) return { rows, columns: columns.filter(isOwn) };
  for (let index = focused.rowIndex; index < api.getDisplayedRowCount(); index += 1) {
    const row = api.getDisplayedRowAtIndex(index)?.data;
    if (row !== undefined) rows.push(row);
  }
  return { rows, columns: columns.filter(isOwn) };
}

/** Whether a column is one of the table's, and not the grid's for choosing rows. */
function isOwn(name: string): boolean {
  return !name.startsWith('ag-Grid');
}
