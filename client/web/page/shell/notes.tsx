import { Notifications } from '@mantine/notifications';
import classes from './notes.module.css';

/** Of more at once the oldest goes first: the rows are what the page is for. */
const notesMax = 3;

/** What could not be done, or was: lines over the time. */
export function Notes() {
  return (
    <Notifications
      withinPortal={false}
      limit={notesMax}
      classNames={{ root: classes.notes, notification: classes.note }}
    />
  );
}
