import { useLedger } from '../ledger/ledger-state.ts';

/** Whether the one at this page may change tables: `login` when that is to be seen after a login. */
type Right = 'yes' | 'login' | 'no';

export function rightOf(door: 'private' | 'public', role: string | undefined): Right {
  if (door === 'public') return 'no';
  if (role === undefined) return 'login';
  return role === 'administrator' ? 'yes' : 'no';
}

export function useRight(): Right {
  return useLedger(({ door, login }) => rightOf(door, login?.role));
}
