import { GatewayProblem } from '../../api/problem.ts';
import { type Sent, sendCommand } from '../../api/send-command.ts';
import { askRevert } from './conflicts.ts';
import { tellFailed, tellProblem, tellSaid } from './notes.ts';
import { isOn, type OwnCommand, remember, takeOff, useOwnCommands, whyNow } from './own-commands.ts';
import { hideOwnNote, tellOwn } from './own-note.ts';

/** Undos and redos that wait for their turn; a key that is held down asks for more of them than anybody wants. */
const waitingMax = 20;

/** They go one after another: each takes the command that is the last when its turn has come. */
let turn: Promise<unknown> = Promise.resolve();
let waiting = 0;

function inTurn(deed: () => Promise<void>): void {
  if (waiting >= waitingMax) return;
  waiting += 1;
  turn = turn.then(deed).finally(() => {
    waiting -= 1;
  });
}

/** What is undone next waits for this: a change that is under way becomes the last one. @param change never fails */
export function undoWaitsFor(change: Promise<void>): void {
  turn = Promise.all([turn, change]);
}

/** Says what was done and offers to undo it. */
export function tellDone(command: OwnCommand): void {
  remember(command);
  offerUndo(command);
}

/** Undoes one that need not be the last. @param why the reason that stands in the log, unless the person has given one */
export function undoOwn(command: OwnCommand, why?: string): void {
  inTurn(() => undo(command, why));
}

export function undoLast(): void {
  inTurn(async () => {
    const last = useOwnCommands.getState().done.at(-1);
    if (last === undefined) tellFailed('there is nothing of yours to undo since you came to this page');
    else await undo(last);
  });
}

export function redoLast(): void {
  inTurn(async () => {
    const last = useOwnCommands.getState().undone.at(-1);
    if (last !== undefined) await redo(last);
  });
}

function offerUndo(command: OwnCommand): void {
  tellOwn({ text: command.text, label: 'undo', onClick: () => undoOwn(command) });
}

/** Takes a command back by new changes, so that it stays in the log; what was changed again since is asked about. */
async function undo(command: OwnCommand, why?: string): Promise<void> {
  if (!isOn('done', command)) return;
  const sent = await revert(command.id, command.text, why);
  if (sent === undefined) return;
  const undone = takeOff('done', command, idOf(sent));
  if (!sent.reply.changed) tellSaid(`nothing was changed: there is nothing left to undo of “${command.text}”`);
  else if (undone !== undefined)
    tellOwn({ text: `undone: ${command.text}`, label: 'redo', onClick: () => inTurn(() => redo(undone)) });
}

/** Takes taking back back. */
async function redo(undone: OwnCommand): Promise<void> {
  if (!isOn('undone', undone)) return;
  const sent = await revert(undone.id, `undone: ${undone.text}`);
  if (sent === undefined) return;
  const again = takeOff('undone', undone, idOf(sent));
  if (!sent.reply.changed) tellSaid(`nothing was changed: “${undone.text}” is done again already`);
  else if (again !== undefined) offerUndo(again);
}

/** The command that took back; undefined when none was recorded. */
function idOf({ id, reply }: Sent<'change.revert'>): string | undefined {
  return reply.changed ? id : undefined;
}

/** Undefined when it was not done, which is said. */
async function revert(command: string, text: string, why?: string): Promise<Sent<'change.revert'> | undefined> {
  hideOwnNote();
  const what = { command };
  try {
    return await sendCommand('change.revert', { what, why: whyNow() ?? why });
  } catch (error) {
    if (!(error instanceof GatewayProblem) || error.code !== 'revert_conflict') return fail(error);
    const { problems = [], more = 0 } = error.body;
    const conflicts = await askRevert({ text, problems, more });
    if (conflicts === undefined) return undefined;
    try {
      return await sendCommand('change.revert', { what, conflicts, why: whyNow() ?? why });
    } catch (again) {
      return fail(again);
    }
  }
}

function fail(error: unknown): undefined {
  tellProblem(error);
}
