import { useEffect } from 'react';

/**
 * Gives the focus back, when this goes, to what had it when this came; unless something else has taken it.
 * @param otherwise the id of what is given it where that is gone
 * @param subject what this is about, where it stays and is about something else next: then it came anew
 */
export function useFocusBack(otherwise?: string, subject?: string): void {
  // biome-ignore lint/correctness/useExhaustiveDependencies: it is what begins it anew.
  useEffect(() => {
    const before = openerOf(document.activeElement);
    return () => {
      const isLost = document.activeElement === null || document.activeElement === document.body;
      const there = before?.isConnected === true ? before : document.getElementById(otherwise ?? '');
      if (isLost && there instanceof HTMLElement) there.focus({ preventScroll: true });
    };
  }, [otherwise, subject]);
}

/** A menu closes behind what was chosen in it: the focus goes back to what has opened the menu. */
function openerOf(element: Element | null): Element | null {
  const label = element?.closest('[role="menu"]')?.getAttribute('aria-labelledby') ?? undefined;
  return label === undefined ? element : document.getElementById(label);
}
