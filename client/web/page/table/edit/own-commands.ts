import { create } from 'zustand';

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

/** What this person has done since the page was opened, on whichever table. */
export const useOwnCommands = create<OwnCommands>(() => ({ done: [], undone: [], why: '' }));

export function whyNow(): string | undefined {
  return useOwnCommands.getState().why.trim() || undefined;
}

export function remember(command: OwnCommand): void {
  useOwnCommands.setState(({ done }) => ({ done: [...done, command].slice(-ownMax), undone: [] }));
}

/** `command` was taken back by `by`, which can be taken back in turn. */
export function moveToUndone({ id, text }: OwnCommand, by: string): void {
  useOwnCommands.setState(({ done, undone }) => ({
    done: done.filter((one) => one.id !== id),
    undone: [...undone, { id: by, text }],
  }));
}

export function moveToDone({ id, text }: OwnCommand, by: string): void {
  useOwnCommands.setState(({ done, undone }) => ({
    done: [...done, { id: by, text }],
    undone: undone.filter((one) => one.id !== id),
  }));
}
