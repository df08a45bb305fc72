import { useHotkeys } from '@mantine/hooks';
import { isTyping } from '../grid/grid-events.ts';
import { redoLast, undoLast } from './undo.ts';

/** Ctrl+Z and its like, wherever the focus is: not in a field, which has its own, and not in a dialog, which is answered first. */
export function useUndoKeys(isOn: boolean): void {
  const inPage = (deed: () => void) => (event: KeyboardEvent) => {
    if (isTyping(event.target) || isInDialog(event.target)) return;
    event.preventDefault();
    deed();
  };
  const quietly = { preventDefault: false };
  useHotkeys(
    isOn
      ? [
          ['mod+z', inPage(undoLast), quietly],
          ['mod+shift+z', inPage(redoLast), quietly],
          ['mod+y', inPage(redoLast), quietly],
        ]
      : [],
    // Boxes by which rows are chosen are inputs too.
    [],
  );
}

function isInDialog(target: EventTarget | null): boolean {
  return target instanceof Element && target.closest('[role=dialog]') !== null;
}
