import { create } from 'zustand';
import { useLedger } from '../../ledger/ledger-state.ts';
import { hideOwnNote } from './own-note.ts';

/** A command of this person, which can be undone. */
export interface OwnCommand {
  readonly id: string;
  /** What it did, to be said: `changed E07.salary`. */
  readonly text: string;
}

/** Commands that can be undone one after another, the last one first. */
const ownMax = 200;

interface OwnCommands {
  readonly done: readonly OwnCommand[];
  readonly undone: readonly OwnCommand[];
  /** The reason that goes with the changes that follow; it stands in the log. */
  readonly why: string;
}

const none: OwnCommands = { done: [], undone: [], why: '' };

/** What this person has done since they came to the page, on whichever table. */
export const useOwnCommands = create<OwnCommands>(() => none);

let owner = useLedger.getState().login?.user;

// Somebody else at the same page begins with nothing, and so does everybody in another life of the ledger, which knows none
// of these commands; who logs in again goes on with what they had.
useLedger.subscribe(({ login, epoch }, before) => {
  const isOtherLife = epoch !== before.epoch && before.epoch !== '';
  const isOtherOwner = login !== undefined && login.user !== owner;
  if (isOtherOwner) owner = login.user;
  if (!isOtherLife && !isOtherOwner) return;
  useOwnCommands.setState(none);
  hideOwnNote();
});

export function whyNow(): string | undefined {
  return useOwnCommands.getState().why.trim() || undefined;
}

export function remember(command: OwnCommand): void {
  useOwnCommands.setState(({ done }) => ({ done: [...done, command].slice(-ownMax), undone: [] }));
}

type Stack = 'done' | 'undone';

export function isOn(stack: Stack, { id }: OwnCommand): boolean {
  return useOwnCommands.getState()[stack].some((one) => one.id === id);
}

/**
 * A command was taken back: it goes from its stack. By another command, which can be taken back in turn and is put on the
 * other stack; or by none, as nothing was left of it. Answers that other command; undefined where there is none, and where
 * this one is not there any more, as somebody else has logged in.
 */
export function takeOff(stack: Stack, command: OwnCommand, by: string | undefined): OwnCommand | undefined {
  if (!isOn(stack, command)) return undefined;
  const other = stack === 'done' ? 'undone' : 'done';
  const back = by === undefined ? undefined : { id: by, text: command.text };
  useOwnCommands.setState((all) => ({
    [stack]: all[stack].filter(({ id }) => id !== command.id),
    [other]: back === undefined ? all[other] : [...all[other], back],
  }));
  return back;
}
