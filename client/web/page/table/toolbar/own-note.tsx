import { Button } from '@mantine/core';
import { shownText } from '../../../../../protocol/shown-text.ts';
import { hideOwnNote, useOwnNote } from '../edit/own-note.ts';
import classes from './toolbar.module.css';

/** What this person has just done, with the way back: in the line below the grid, where it covers nothing. */
export function OwnNote() {
  const note = useOwnNote((state) => state.note);
  const act = (): void => {
    hideOwnNote();
    note?.onClick();
  };
  return (
    <span role="status" className={classes.note}>
      {note !== undefined && (
        <>
          <span className={classes.noteText}>{shownText(note.text)}</span>
          <Button size="compact-xs" variant="light" onClick={act}>
            {note.label}
          </Button>
        </>
      )}
    </span>
  );
}
