import type { CurrentRow } from '../../../../../protocol/errors.ts';
import { commitmentIn } from '../../../../../protocol/sealed.ts';
import type { Cells } from '../../../../../protocol/values.ts';
import { GatewayProblem } from '../../api/problem.ts';
import { request } from '../../api/request.ts';
import { type Sent, sendCommand } from '../../api/send-command.ts';
import { askVersion } from './conflicts.ts';
import { touchedSince } from './steps.ts';

/** How often an edit is sent upon a newer version of its row without asking, as nobody touched its cells. */
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
export async function updateRow({ table, seen, cells, why, versionOf }: RowUpdate): Promise<RowUpdated | undefined> {
  let base = seen;
  let mine = cells;
  for (let rebases = 0; ; rebases += 1) {
    const version = versionOf?.(base) ?? base.version;
    try {
      const sent = await sendCommand('row.update', { table, key: base.key, row: mine, expect: { version }, why });
      return { sent, cells: mine, version };
    } catch (error) {
      const told = currentOf(error);
      if (told === undefined) throw error;
      const current = await opened(table, told);
      const names = Object.keys(mine);
      const isFree = touchedSince(base, current, names).length === 0 && rebases < rebasesMax;
      const chosen = isFree ? names : await askVersion({ table, seen: base, mine, current });
      if (chosen === undefined || chosen.length === 0) return undefined;
      mine = Object.fromEntries(chosen.map((name) => [name, mine[name] ?? null]));
      base = current;
    }
  }
}

/** What a conflict tells has its sealed cells closed: read anew they are open, and can be compared with what was seen. */
async function opened(table: string, told: CurrentRow): Promise<CurrentRow> {
  if (Object.values(told.row).every((cell) => commitmentIn(cell) === undefined)) return told;
  const { row } = await request('row.get', { table, key: told.key });
  return row;
}

/** With a conflict, the row as it is now; it may be gone. */
function currentOf(error: unknown): CurrentRow | undefined {
  if (!(error instanceof GatewayProblem) || error.code !== 'version_conflict') return undefined;
  return error.body.problems?.find(({ current }) => current !== undefined)?.current;
}
