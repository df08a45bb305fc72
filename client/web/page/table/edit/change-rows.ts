import type { CurrentRow, Problem } from '../../../../../protocol/errors.ts';
import type { ReplyOf } from '../../../../../protocol/replies.ts';
import { GatewayProblem } from '../../api/problem.ts';
import { type Sent, sendCommand, tryCommand } from '../../api/send-command.ts';
import { askVersion } from './conflicts.ts';
import { opened, versionConflictsIn } from './current-rows.ts';
import { whyNow } from './own-commands.ts';
import { conflictOf, type Disputed, disputedIn, editAfter } from './row-conflict.ts';
import { type RowEdit, stepOf } from './steps.ts';

/** How often edits are sent upon newer versions of their rows before they are given up; a refusal names 1,000 of the rows. */
const rebasesMax = 40;

/** What was written together. */
interface RowsChanged {
  /** Undefined when nothing was left to write. */
  readonly sent: Sent<'batch'> | undefined;
  readonly edits: readonly RowEdit[];
}

/**
 * Changes several rows together so that nobody's change is lost: rows whose edited cells nobody else has touched are
 * written as they are now; where somebody else was faster with the same cells the person chooses. Undefined when they go
 * back, and nothing is written.
 * @throws GatewayProblem when it is refused
 */
export async function changeRows(table: string, edits: readonly RowEdit[]): Promise<RowsChanged | undefined> {
  let left = edits;
  for (let rebases = 0; ; rebases += 1) {
    if (left.length === 0) return { sent: undefined, edits: left };
    try {
      const commands = left.map((edit) => stepOf(table, edit));
      return { sent: await sendCommand('batch', { commands, why: whyNow() }), edits: left };
    } catch (error) {
      const problems = versionConflictsIn(error);
      if (problems === undefined || rebases >= rebasesMax) throw error;
      const settled = await settle(table, left, problems);
      if (settled === undefined) return undefined;
      left = settled;
    }
  }
}

/** What the server would say if every row had been seen as it is now. @throws GatewayProblem when it would refuse it */
export async function tryRows(table: string, edits: readonly RowEdit[]): Promise<ReplyOf<'batch'>> {
  let tried = edits;
  for (let rebases = 0; ; rebases += 1) {
    try {
      return await tryCommand('batch', { commands: tried.map((edit) => stepOf(table, edit)) });
    } catch (error) {
      const current = currentIn(error);
      if (current.size === 0 || rebases >= rebasesMax) throw error;
      tried = tried.map((edit, index) => seenAs(edit, current.get(index)));
    }
  }
}

/** What is left of the edits upon the rows as they are now; undefined when the person goes back. */
async function settle(
  table: string,
  edits: readonly RowEdit[],
  problems: readonly Problem[],
): Promise<readonly RowEdit[] | undefined> {
  const told = new Map(problems.map(({ index = 0, current }) => [index, current]));
  const isGone = (_: RowEdit, index: number): boolean => told.has(index) && told.get(index) === undefined;
  const rows = await Promise.all(
    edits.map(async (edit, index) => {
      const current = told.get(index);
      if (current === undefined) return undefined;
      const columns = Object.keys(edit.op === 'delete' ? current.row : edit.cells);
      return conflictOf(edit, await opened(table, current, columns));
    }),
  );
  const disputed = rows.flatMap((row) => (row === undefined ? [] : disputedIn(row)));
  const after = (chosen: ReadonlySet<Disputed>): readonly RowEdit[] =>
    edits.flatMap((edit, index) => {
      const row = rows[index];
      if (row === undefined) return isGone(edit, index) ? [] : [edit];
      return editAfter(row, disputed, chosen) ?? [];
    });
  const rest = after(new Set());
  // Whoever wanted them deleted has what they wanted.
  const gone = edits.filter(isGone).flatMap((edit) => (edit.op === 'update' ? [edit.seen.key] : []));
  if (disputed.length === 0 && gone.length === 0) return rest;
  const chosen = await askVersion({ table, disputed, gone, hasRest: rest.length > 0, isSeveral: true });
  return chosen && after(chosen);
}

function currentIn(error: unknown): ReadonlyMap<number, CurrentRow> {
  const problems = error instanceof GatewayProblem ? (error.body.problems ?? []) : [];
  const conflicts = problems.filter(({ code }) => code === 'version_conflict');
  return new Map(conflicts.flatMap(({ index = 0, current }) => (current === undefined ? [] : [[index, current]])));
}

function seenAs(edit: RowEdit, current: CurrentRow | undefined): RowEdit {
  if (current === undefined) return edit;
  if (edit.op === 'delete') return { ...edit, seen: current };
  // As the row is: what is so already is no change of it, as of its key.
  return editAfter(conflictOf(edit, current), [], new Set()) ?? { op: 'update', seen: current, cells: {} };
}
