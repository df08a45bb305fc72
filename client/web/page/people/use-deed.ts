import { useState } from 'react';
import { isLoginRefusal } from '../api/login-end.ts';

interface Deed<Arguments extends unknown[]> {
  readonly run: (...given: Arguments) => Promise<void>;
  readonly isBusy: boolean;
  readonly error: unknown;
  /** What it failed for has been changed. */
  readonly forget: () => void;
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
      // The dialog says that a login is wanted, for as long as it is.
      if (!isLoginRefusal(failure)) setError(failure);
    } finally {
      setBusy(false);
    }
  };
  return { run, isBusy, error, forget: () => setError(undefined) };
}
