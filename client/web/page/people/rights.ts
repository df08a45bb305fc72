import { useLedger } from '../ledger/ledger-state.ts';

/** Whether the one at this page may change tables: `login` when that is to be seen after a login. */
type Right = 'yes' | 'login' | 'no';

export function rightOf(door: 'private' | 'public', role: string | undefined): Right {
  if (door === 'public') return 'no';
  if (role === undefined) return 'login';
  return role === 'administrator' ? 'yes' : 'no';
}

/**
 * Whether whoever is here edits as an administrator. Also when their login has ended, until they know: what they are typing
 * stays then.
 */
export function useIsEditor(): boolean {
  return useLedger(({ login, ended }) => (login ?? ended)?.role === 'administrator');
}

export function useRight(): Right {
  return useLedger(({ door, login }) => rightOf(door, login?.role));
}
