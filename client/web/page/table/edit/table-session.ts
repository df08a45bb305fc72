import type { CurrentRow } from '../../../../../protocol/errors.ts';
import { TableModel, type TableModelOptions } from '../../ledger/table-model.ts';
import { untilFirstPaint } from '../../shell/first-paint.ts';
import { clockListener } from '../../time/time-state.ts';
import { GridFeed } from '../grid/grid-feed.ts';
import { createEditDialog } from './edit-dialog.ts';
import { PendingCells } from './pending-cells.ts';
import { RowEditor } from './row-editor.ts';

type Told = Pick<TableModelOptions['listener'], 'failed'> & {
  /** The table, or its columns, have come, with the first rows. */
  readonly begin: TableModelOptions['listener']['begin'];
  /** Rows are there that are not those of before. */
  readonly changed: () => void;
};

/** A table while it is looked at: its rows, the grid that shows them, and what is edited. All of it beside React. */
export class TableSession {
  readonly table: string;
  readonly feed = new GridFeed();
  readonly pending = new PendingCells((key) => this.feed.refresh(key));
  readonly editor: RowEditor;
  readonly dialog = createEditDialog();
  #model: TableModel | undefined;

  constructor(table: string) {
    this.table = table;
    this.editor = new RowEditor({ table, pending: this.pending, rowOf: (key) => this.rowOf(key) });
  }

  rowOf(key: string): CurrentRow | undefined {
    return this.#model?.rows.get(key);
  }

  /** Reads the table as of then, or follows it, until the model that is the answer is closed. */
  open(at: string | undefined, { begin, failed, changed }: Told): TableModel {
    const count = (): void => this.feed.count(model.rows.size);
    const model: TableModel = new TableModel({
      table: this.table,
      at,
      listener: {
        ...clockListener,
        begin: (definition, rows, isElsewhere) => {
          this.feed.begin(definition, rows, isElsewhere);
          void begin(definition, rows, isElsewhere);
          count();
          return untilFirstPaint();
        },
        rows: (rows) => {
          this.feed.add(rows);
          count();
        },
        whole: () => {
          this.feed.whole();
          this.pending.seenAnew((key) => model.rows.get(key));
          count();
        },
        changes: (changes) => {
          for (const row of [...changes.added, ...changes.changed]) this.pending.seen(row);
          this.feed.change(changes);
          changed();
          count();
        },
        failed,
      },
    });
    this.#model = model;
    return model;
  }
}
