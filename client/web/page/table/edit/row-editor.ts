import type { CurrentRow } from '../../../../../protocol/errors.ts';
import type { Cells } from '../../../../../protocol/values.ts';
import { GatewayProblem } from '../../api/problem.ts';
import { askVersion } from './conflicts.ts';
import { tellFailed } from './notes.tsx';
import { whyNow } from './own-commands.ts';
import type { PendingCells, PendingEdit } from './pending-cells.ts';
import { type Sent, sendCommand } from './send-command.ts';
import { changedText, touchedSince } from './steps.ts';
import { tellDone } from './undo.ts';

/** How often an edit is sent upon a newer version of its row without asking, as nobody touched its cells. */
const rebasesMax = 8;

export interface RowEditorOptions {
  readonly table: string;
  readonly pending: PendingCells;
  /** The row as the feed has brought it. */
  readonly rowOf: (key: string) => CurrentRow | undefined;
}

/**
 * Edits of single rows. They are shown at once; the row's edits are sent one after another, each with the version of the row
 * that the person saw, so that nobody's change is lost: when somebody else was faster with the same cells, the person
 * chooses; when it was with other cells of the row, both stand.
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
    const edit = this.#options.pending.put(seen.key, cells);
    const why = whyNow();
    const turn = (this.#turns.get(seen.key) ?? Promise.resolve()).then(() => this.#send(edit, seen, why));
    this.#turns.set(seen.key, turn);
    await turn;
    if (this.#turns.get(seen.key) === turn) this.#turns.delete(seen.key);
  }

  async #send(edit: PendingEdit, seen: CurrentRow, why: string | undefined): Promise<void> {
    const { table, pending, rowOf } = this.#options;
    let base = seen;
    let { cells } = edit;
    for (let rebases = 0; ; rebases += 1) {
      try {
        const version = this.#ownVersion(base);
        const sent = await sendCommand('row.update', { table, key: base.key, row: cells, expect: { version }, why });
        return this.#done({ edit, sent, version, cells, row: rowOf(base.key) });
      } catch (error) {
        const current = error instanceof GatewayProblem ? currentOf(error) : undefined;
        if (current === undefined) return this.#refused(edit, error);
        const isFree = touchedSince(base, current, Object.keys(cells)).length === 0 && rebases < rebasesMax;
        const columns = isFree ? Object.keys(cells) : await askVersion({ table, seen: base, mine: cells, current });
        if (columns === undefined || columns.length === 0) return pending.drop(edit);
        cells = Object.fromEntries(columns.map((column) => [column, cells[column] ?? null]));
        base = current;
      }
    }
  }

  /** The version after this person's own edits, which the feed may not have brought when the next one was begun. */
  #ownVersion({ key, version }: CurrentRow): number {
    const own = this.#own.get(key);
    return own !== undefined && version >= own.from && version < own.to ? own.to : version;
  }

  #done({ edit, sent: { id, reply }, version, cells, row }: Done): void {
    const { pending } = this.#options;
    const { key } = edit;
    if (!reply.changed) {
      pending.drop(edit);
      return;
    }
    const before = this.#own.get(key);
    const from = before?.to === version ? before.from : version;
    this.#own.set(key, { from, to: reply.version ?? version + 1 });
    pending.acknowledge(edit, reply.seq, row);
    tellDone({ id, text: changedText(key, Object.keys(cells)) });
  }

  #refused(edit: PendingEdit, error: unknown): void {
    const problem = error instanceof GatewayProblem ? error : undefined;
    const message = error instanceof Error ? error.message : String(error);
    this.#options.pending.refuse(edit, problem?.body.problems ?? [], message);
    if (problem?.code !== 'invalid') tellFailed(message);
  }
}

interface Done {
  readonly edit: PendingEdit;
  readonly sent: Sent<'row.update'>;
  readonly version: number;
  readonly cells: Cells;
  readonly row: CurrentRow | undefined;
}

/** With a conflict, the row as it is now; it may be gone. */
function currentOf({ code, body }: GatewayProblem): CurrentRow | undefined {
  return code === 'version_conflict' ? body.problems?.find(({ current }) => current !== undefined)?.current : undefined;
}
