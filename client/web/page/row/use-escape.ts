import { useEffect } from 'react';

/** Where the key means something of its own: an editor, a field, a dialog, a menu. */
const ownMeaning = 'input, textarea, select, [contenteditable], [role="dialog"], [role="menu"], [role="listbox"]';

/** Calls back when Escape is pressed where it means nothing else. */
export function useEscape(onEscape: () => void, isOn: boolean): void {
  useEffect(() => {
    const onKey = ({ key, target, defaultPrevented }: KeyboardEvent): void => {
      if (key !== 'Escape' || !isOn || defaultPrevented) return;
      if (target instanceof Element && target.closest(ownMeaning) !== null) return;
      onEscape();
    };
    document.addEventListener('keydown', onKey);
    return () => document.removeEventListener('keydown', onKey);
  }, [onEscape, isOn]);
}
