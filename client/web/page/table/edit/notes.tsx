import { Button, Group, Text } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import { shownText } from '../../../../../protocol/shown-text.ts';
import { isOutcomeUnknown } from '../../api/send-command.ts';
import { plainWords } from '../../words/plain-words.ts';

/** Milliseconds for which what was done is said, with the way back. */
const noteMs = 7_000;
/** Only the last one is said: the others are a Ctrl+Z away. */
const noteId = 'own-change';

/** Says something, with a button that does something about it. */
export function tellWithButton(text: string, label: string, onClick: () => void): void {
  notifications.hide(noteId);
  notifications.show({
    id: noteId,
    autoClose: noteMs,
    withBorder: true,
    message: (
      <Group justify="space-between" wrap="nowrap" gap="sm">
        <Text size="sm" truncate>
          {shownText(text)}
        </Text>
        <Button
          size="compact-sm"
          variant="light"
          onClick={() => {
            notifications.hide(noteId);
            onClick();
          }}
        >
          {label}
        </Button>
      </Group>
    ),
  });
}

/** What was said last is about to be done otherwise. */
export function hideNote(): void {
  notifications.hide(noteId);
}

/** Says why something was not done. */
export function tellFailed(message: string): void {
  notifications.show({ color: 'red', title: 'not done', message: shownText(message), autoClose: noteMs });
}

/** The same of what was sent; of some it is not known whether it was done. */
export function tellProblem(error: unknown): void {
  if (isOutcomeUnknown(error))
    notifications.show({ color: 'orange', title: 'not known yet', message: plainWords(error), autoClose: noteMs });
  else tellFailed(error instanceof Error ? error.message : String(error));
}

/** Says what was done, where there is no way back. */
export function tellSaid(message: string): void {
  notifications.show({ message: shownText(message), autoClose: noteMs });
}
