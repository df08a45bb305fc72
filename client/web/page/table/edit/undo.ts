import { GatewayProblem } from '../../api/problem.ts';
import { sendCommand } from '../../api/send-command.ts';
import { askRevert } from './conflicts.ts';
import { tellFailed, tellProblem } from './notes.ts';
import { moveToDone, moveToUndone, type OwnCommand, remember, useOwnCommands, whyNow } from './own-commands.ts';
import { hideOwnNote, tellOwn } from './own-note.ts';

/** Says what was done and offers to undo it. */
export function tellDone(command: OwnCommand): void {
  remember(command);
  tellOwn({ text: command.text, label: 'undo', onClick: () => void undo(command) });
}

/** Takes a command back by new changes, so that it stays in the log; what was changed again since is asked about. */
async function undo(command: OwnCommand): Promise<void> {
  const by = await revert(command.id, command.text);
  if (by === undefined) return;
  moveToUndone(command, by);
  const undone = { id: by, text: command.text };
  tellOwn({ text: `undone: ${command.text}`, label: 'redo', onClick: () => void redo(undone) });
}

/** Takes taking back back. */
async function redo(undone: OwnCommand): Promise<void> {
  const by = await revert(undone.id, `undone: ${undone.text}`);
  if (by === undefined) return;
  const again = { id: by, text: undone.text };
  moveToDone(undone, by);
  tellOwn({ text: again.text, label: 'undo', onClick: () => void undo(again) });
}

export function undoLast(): void {
  const last = useOwnCommands.getState().done.at(-1);
  if (last === undefined) tellFailed('there is nothing of yours to undo since this page was opened');
  else void undo(last);
}

export function redoLast(): void {
  const last = useOwnCommands.getState().undone.at(-1);
  if (last !== undefined) void redo(last);
}

/** The id of the command that did it; undefined when it was not done, which is said. */
async function revert(command: string, text: string): Promise<string | undefined> {
  hideOwnNote();
  const fields = { what: { command }, why: whyNow() } as const;
  try {
    return (await sendCommand('change.revert', fields)).id;
  } catch (error) {
    if (!(error instanceof GatewayProblem) || error.code !== 'revert_conflict') return fail(error);
    const { problems = [], more = 0 } = error.body;
    const rule = await askRevert({ text, problems, more });
    if (rule === undefined) return undefined;
    try {
      return (await sendCommand('change.revert', { ...fields, conflicts: rule })).id;
    } catch (again) {
      return fail(again);
    }
  }
}

function fail(error: unknown): undefined {
  tellProblem(error);
}
