import type { CurrentRow } from '../../../../../protocol/errors.ts';
import type { Cells } from '../../../../../protocol/values.ts';
import { type Sent, sendCommand } from '../../api/send-command.ts';
import { askVersion } from './conflicts.ts';
import { opened, versionConflictsIn } from './current-rows.ts';
import { whyNow } from './own-commands.ts';
import { type Disputed, disputedIn, editAfter, type RowConflict } from './row-conflict.ts';

/** How often an edit is sent upon a newer version of its row before it is given up. */
const rebasesMax = 8;

export interface RowUpdate {
  readonly table: string;
  /** The row as the person saw it. */
  readonly seen: CurrentRow;
  readonly cells: Cells;
  readonly why: string | undefined;
  /** The version that a row which was seen so has after this person's own edits. */
  readonly versionOf?: (row: CurrentRow) => number;
}

export interface RowUpdated {
  readonly sent: Sent<'row.update'>;
  /** Those that were written: of a conflict, those that the person chose. */
  readonly cells: Cells;
  /** Upon which version. */
  readonly version: number;
}

/**
 * Sets cells of a row so that nobody's change is lost: when somebody else was faster with the same cells, the person
 * chooses; when it was with other cells of the row, both stand. Undefined when the person leaves it as it is.
 * @throws GatewayProblem when it is refused
 */
export async function updateRow(update: RowUpdate): Promise<RowUpdated | undefined> {
  const { table, versionOf } = update;
  let { seen, cells, why } = update;
  for (let rebases = 0; ; rebases += 1) {
    const version = versionOf?.(seen) ?? seen.version;
    try {
      const sent = await sendCommand('row.update', { table, key: seen.key, row: cells, expect: { version }, why });
      return { sent, cells, version };
    } catch (error) {
      // The row may be gone: then there is nothing to choose.
      const told = versionConflictsIn(error)?.[0]?.current;
      if (told === undefined || rebases >= rebasesMax) throw error;
      const row = { seen, mine: cells, current: await opened(table, told, Object.keys(cells)) };
      const disputed = disputedIn(row);
      const chosen = disputed.length === 0 ? nothing : await askVersion(questionOf(table, row, disputed));
      const next = chosen && editAfter(row, disputed, chosen);
      if (next?.op !== 'update') return undefined;
      // Somebody else may have logged in meanwhile, and chosen.
      if (disputed.length > 0) why = whyNow();
      ({ seen, cells } = next);
    }
  }
}

const nothing: ReadonlySet<Disputed> = new Set();

function questionOf(table: string, row: RowConflict, disputed: readonly Disputed[]) {
  const hasRest = editAfter(row, disputed, nothing) !== undefined;
  return { table, disputed, gone: [], hasRest, isSeveral: false };
}
