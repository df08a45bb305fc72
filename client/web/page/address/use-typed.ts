import { useEffect, useState } from 'react';

/** Milliseconds after the last letter before the address has it: browsers refuse to write it with every one. */
const pauseMs = 180;

/** A text of the address while somebody types it. */
export function useTyped(text: string, write: (text: string) => void): readonly [string, (typed: string) => void] {
  const [typed, setTyped] = useState(text);
  useEffect(() => setTyped(text), [text]);
  useEffect(() => {
    if (typed === text) return;
    const wait = setTimeout(() => write(typed), pauseMs);
    return () => clearTimeout(wait);
  }, [typed, text, write]);
  return [typed, setTyped];
}
