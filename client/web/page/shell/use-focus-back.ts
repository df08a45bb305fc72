import { useEffect } from 'react';

/** Gives the focus back, when this goes, to what had it when this came; unless something else has taken it. */
export function useFocusBack(): void {
  useEffect(() => {
    const before = openerOf(document.activeElement);
    return () => {
      const isLost = document.activeElement === null || document.activeElement === document.body;
      if (isLost && before instanceof HTMLElement && before.isConnected) before.focus({ preventScroll: true });
    };
  }, []);
}

/** A menu closes behind what was chosen in it: the focus goes back to what has opened the menu. */
function openerOf(element: Element | null): Element | null {
  const label = element?.closest('[role="menu"]')?.getAttribute('aria-labelledby') ?? undefined;
  return label === undefined ? element : document.getElementById(label);
}
