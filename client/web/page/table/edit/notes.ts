import { notifications } from '@mantine/notifications';
import { shownText } from '../../../../../protocol/shown-text.ts';
import { isOutcomeUnknown } from '../../api/outcome.ts';
import { plainWords } from '../../words/plain-words.ts';

/** Milliseconds for which something is said. */
const noteMs = 7_000;

/** Says why something was not done. */
export function tellFailed(message: string): void {
  notifications.show({ color: 'red', title: 'not done', message: shownText(message), autoClose: noteMs });
}

/** The same of what was sent; of some it is not known whether it was done. */
export function tellProblem(error: unknown): void {
  if (isOutcomeUnknown(error))
    notifications.show({ color: 'orange', title: 'not known yet', message: plainWords(error), autoClose: noteMs });
  else tellFailed(plainWords(error));
}

/** Says what was done, where there is no way back. */
export function tellSaid(message: string): void {
  notifications.show({ message: shownText(message), autoClose: noteMs });
}
