import { ActionIcon, Tooltip } from '@mantine/core';
import { IconArrowBackUp } from '@tabler/icons-react';
import { shownText } from '../../../../../protocol/shown-text.ts';
import { useOwnCommands } from '../edit/own-commands.ts';
import { undoLast } from '../edit/undo.ts';

/** Takes this person's last change back. */
export function UndoButton() {
  const last = useOwnCommands((state) => state.done.at(-1));
  return (
    <Tooltip label={last === undefined ? 'nothing of yours to undo' : `undo: ${shownText(last.text)} (Ctrl+Z)`}>
      <ActionIcon variant="subtle" aria-label="undo" disabled={last === undefined} onClick={undoLast}>
        <IconArrowBackUp size={17} />
      </ActionIcon>
    </Tooltip>
  );
}
