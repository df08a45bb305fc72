import { type RefObject, useEffect } from 'react';

/**
 * Takes the focus into what a key has opened: whoever has pressed it goes on there. A pointer's stays where it was.
 * @param subject what this is about, where it stays and is about something else next
 */
export function useFocusIn(room: RefObject<HTMLElement | null>, subject: string): void {
  // biome-ignore lint/correctness/useExhaustiveDependencies: it is what was opened.
  useEffect(() => {
    if (document.activeElement?.matches(':focus-visible') === true) room.current?.focus({ preventScroll: true });
  }, [room, subject]);
}
