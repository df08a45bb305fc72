import { useEffect } from 'react';
import { create } from 'zustand';

/** Milliseconds after which nothing waits for rows any more: there may be none. */
const waitMsMax = 1_500;

/** Whether what the person came for is on the screen, so that the rest of the page may take its time. */
export const useFirstPaint = create<{ readonly isDone: boolean }>(() => ({ isDone: false }));

/** Resolves then: what keeps the page busy is begun behind it. */
export async function untilFirstPaint(): Promise<void> {
  if (useFirstPaint.getState().isDone) return;
  await new Promise<void>((resolve) => {
    const forget = useFirstPaint.subscribe(() => {
      forget();
      resolve();
    });
  });
}

/** The rows are in the document: with the next frame they are on the screen. */
export function paintedRows(): void {
  requestAnimationFrame(() => setTimeout(done));
}

/** For what has no rows: nothing waits for any. */
export function useNoRows(): void {
  useEffect(paintedRows, []);
}

setTimeout(done, waitMsMax);

function done(): void {
  if (!useFirstPaint.getState().isDone) useFirstPaint.setState({ isDone: true });
}
