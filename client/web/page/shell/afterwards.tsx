import type { ReactNode } from 'react';
import { useFirstPaint } from './first-paint.ts';

/** What is shown behind the rows, which are what the person came for: it asks and draws when they are there. */
export function Afterwards({ children }: { readonly children: ReactNode }) {
  const isDone = useFirstPaint((state) => state.isDone);
  return isDone ? children : null;
}
