import { notifications } from '@mantine/notifications';
import { plainWords } from '../words/plain-words.ts';

/** Milliseconds for which it is said. */
const noteMs = 7_000;

/** Says why a play does not go on. */
export function tellStopped(problem: unknown): void {
  notifications.show({ color: 'red', title: 'the play has stopped', message: plainWords(problem), autoClose: noteMs });
}
