import { useCallback, useEffect, useState } from 'react';

/** Seconds that are left to wait, counted down, and what begins it. */
export function useWait(): readonly [seconds: number, begin: (ms: number) => void] {
  const [seconds, setSeconds] = useState(0);
  useEffect(() => {
    if (seconds <= 0) return;
    const timer = setTimeout(() => setSeconds(seconds - 1), 1_000);
    return () => clearTimeout(timer);
  }, [seconds]);
  const begin = useCallback((ms: number) => setSeconds(Math.ceil(ms / 1_000)), []);
  return [seconds, begin];
}
