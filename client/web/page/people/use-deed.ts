import { useState } from 'react';

interface Deed<Arguments extends unknown[]> {
  readonly run: (...given: Arguments) => Promise<void>;
  readonly isBusy: boolean;
  readonly error: unknown;
}

/** Something that is asked of the gateway at a press of a button: whether it is on its way, and why it failed. */
export function useDeed<Arguments extends unknown[]>(deed: (...given: Arguments) => Promise<void>): Deed<Arguments> {
  const [isBusy, setBusy] = useState(false);
  const [error, setError] = useState<unknown>();
  const run = async (...given: Arguments): Promise<void> => {
    setBusy(true);
    setError(undefined);
    try {
      await deed(...given);
    } catch (failure) {
      setError(failure);
    } finally {
      setBusy(false);
    }
  };
  return { run, isBusy, error };
}
