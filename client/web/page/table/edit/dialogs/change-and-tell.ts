import { changeRows } from '../change-rows.ts';
import { tellSaid } from '../notes.ts';
import type { RowEdit } from '../steps.ts';
import { tellDone } from '../undo.ts';

/**
 * Changes rows together and says what was done. False when the person goes back from a conflict to what they wanted.
 * @param textOf what was done, by the keys of the rows; those of new rows may be empty
 * @throws GatewayProblem when it is refused
 */
export async function changeAndTell(
  table: string,
  edits: readonly RowEdit[],
  textOf: (keys: readonly string[]) => string,
): Promise<boolean> {
  const changed = await changeRows(table, edits);
  if (changed === undefined) return false;
  const { sent, edits: written } = changed;
  if (sent?.reply.changed === true)
    tellDone({ id: sent.id, text: textOf(written.map((edit) => (edit.op === 'insert' ? '' : edit.seen.key))) });
  else tellSaid('nothing was left to change');
  return true;
}
