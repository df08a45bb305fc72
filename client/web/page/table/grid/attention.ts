/** Milliseconds after somebody's last deed in the grid for which nothing moves under their hand. */
const attentionMs = 8_000;

const deeds = ['pointermove', 'pointerdown', 'wheel', 'keydown', 'focusin', 'touchmove'] as const;

/**
 * Whether somebody is at the grid: points, scrolls, types or edits. Meanwhile rows keep their places. It ends when the
 * pointer leaves and nothing was typed, or after some seconds without a deed.
 */
export class Attention {
  #last = Number.NEGATIVE_INFINITY;
  #holds = 0;

  get isBusy(): boolean {
    return this.#holds > 0 || performance.now() - this.#last < attentionMs;
  }

  /** Until the answer is called: a cell is edited, or a menu of a row is open. */
  hold(): () => void {
    this.#holds += 1;
    let isHeld = true;
    return () => {
      if (isHeld) this.#holds -= 1;
      isHeld = false;
    };
  }

  observe(element: HTMLElement): () => void {
    const onDeed = (): void => {
      this.#last = performance.now();
    };
    const onLeave = (): void => {
      if (!element.contains(document.activeElement)) this.#last = Number.NEGATIVE_INFINITY;
    };
    for (const deed of deeds) element.addEventListener(deed, onDeed, { passive: true });
    element.addEventListener('pointerleave', onLeave);
    return () => {
      for (const deed of deeds) element.removeEventListener(deed, onDeed);
      element.removeEventListener('pointerleave', onLeave);
    };
  }
}
