import { create } from 'zustand';

/** Milliseconds for which what was done is said, with the way back. */
const noteMs = 7_000;

/** What this person has just done, and a button that does something about it. */
interface OwnNote {
  readonly text: string;
  readonly label: string;
  readonly onClick: () => void;
}

/** Only the last one is said: the others are a Ctrl+Z away. */
export const useOwnNote = create<{ readonly note: OwnNote | undefined }>(() => ({ note: undefined }));

let end: ReturnType<typeof setTimeout> | undefined;

export function tellOwn(note: OwnNote): void {
  clearTimeout(end);
  useOwnNote.setState({ note });
  end = setTimeout(hideOwnNote, noteMs);
}

/** What was said last is about to be done otherwise. */
export function hideOwnNote(): void {
  useOwnNote.setState({ note: undefined });
}
