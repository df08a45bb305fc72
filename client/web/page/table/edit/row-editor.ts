import type { CurrentRow } from '../../../../../protocol/errors.ts';
import type { Cells } from '../../../../../protocol/values.ts';
import { GatewayProblem } from '../../api/problem.ts';
import { plainWords } from '../../words/plain-words.ts';
import { tellProblem } from './notes.ts';
import { whyNow } from './own-commands.ts';
import type { PendingCells, PendingEdit } from './pending-cells.ts';
import { changedText } from './steps.ts';
import { tellDone, undoWaitsFor } from './undo.ts';
import { type RowUpdated, updateRow } from './update-row.ts';

export interface RowEditorOptions {
  readonly table: string;
  readonly pending: PendingCells;
  /** The row as the feed has brought it. */
  readonly rowOf: (key: string) => CurrentRow | undefined;
}

/**
 * Edits of single rows in place. They are shown at once; those of one row are sent one after another, each with the
 * version of the row that the person saw.
 */
export class RowEditor {
  readonly #options: RowEditorOptions;
  /** By key, the last edit that is under way. */
  readonly #turns = new Map<string, Promise<unknown>>();
  /** By key, from which version to which this person's own edits have led. */
  readonly #own = new Map<string, { readonly from: number; readonly to: number }>();

  constructor(options: RowEditorOptions) {
    this.#options = options;
  }

  /** Sets cells of a row that was seen so. Refusals stand at the cells; nothing is thrown. */
  async change(seen: CurrentRow, cells: Cells): Promise<void> {
    const edit = this.#options.pending.put(seen, cells);
    const why = whyNow();
    const turn = (this.#turns.get(seen.key) ?? Promise.resolve()).then(() => this.#send(edit, seen, why));
    this.#turns.set(seen.key, turn);
    undoWaitsFor(turn);
    await turn;
    if (this.#turns.get(seen.key) === turn) this.#turns.delete(seen.key);
  }

  async #send(edit: PendingEdit, seen: CurrentRow, why: string | undefined): Promise<void> {
    const { table, pending } = this.#options;
    try {
      const versionOf = (row: CurrentRow): number => this.#ownVersion(row);
      const updated = await updateRow({ table, seen, cells: edit.cells, why, versionOf });
      if (updated?.sent.reply.changed === true) this.#done(edit, updated);
      else pending.drop(edit);
    } catch (error) {
      this.#refused(edit, error);
    }
  }

  /** The version after this person's own edits, which the feed may not have brought when the next one was begun. */
  #ownVersion({ key, version }: CurrentRow): number {
    const own = this.#own.get(key);
    return own !== undefined && version >= own.from && version < own.to ? own.to : version;
  }

  #done(edit: PendingEdit, { sent: { id, reply }, cells, version }: RowUpdated): void {
    const { pending, rowOf } = this.#options;
    const { key } = edit;
    const before = this.#own.get(key);
    const from = before?.to === version ? before.from : version;
    this.#own.set(key, { from, to: reply.version ?? version + 1 });
    pending.acknowledge(edit, reply.seq, rowOf(key));
    tellDone({ id, text: changedText(key, Object.keys(cells)) });
  }

  #refused(edit: PendingEdit, error: unknown): void {
    const problem = error instanceof GatewayProblem ? error : undefined;
    const message = plainWords(error);
    this.#options.pending.refuse(edit, problem?.body.problems ?? [], message);
    if (problem?.code !== 'invalid') tellProblem(error);
  }
}
