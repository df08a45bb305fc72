import type { Cursor } from '../../../../protocol/cursor.ts';
import type { Entry } from '../../../../protocol/entry.ts';
import { pathOf, readAll } from '../api/lines.ts';
import type { Group } from '../api/messages.ts';
import { GatewayProblem } from '../api/problem.ts';
import { useLedger } from './ledger-state.ts';
import { toGroups } from './log-groups.ts';

/** Groups of the feed that are kept to be shown. */
const recentMax = 500;
/** Entries of the log that are read behind them. */
const readMax = 100;

/** The newest changes, the newest first, when these have come. */
export function recentWith(recent: readonly Group[], groups: readonly Group[]): readonly Group[] {
  return [...groups.toReversed(), ...recent].slice(0, recentMax);
}

/** The changes behind which the feed begins: below those that it has brought meanwhile. */
export async function readRecent({ seq, epoch }: Cursor, signal: AbortSignal): Promise<void> {
  try {
    const entries = await readAll<Entry>(pathOf('/api/log', { newest_first: '', limit: readMax, as_of: seq }), signal);
    const { recent } = useLedger.getState();
    useLedger.setState({ recent: [...recent, ...toGroups(entries, epoch)].slice(0, recentMax) });
  } catch (error) {
    // Whoever scrolls down asks for them again; a gateway that is gone is told elsewhere.
    if (!signal.aborted && !(error instanceof GatewayProblem)) throw error;
  }
}
