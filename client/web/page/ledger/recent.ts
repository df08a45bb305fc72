import type { Cursor } from '../../../../protocol/cursor.ts';
import type { Entry } from '../../../../protocol/entry.ts';
import { pathOf, readAll } from '../api/lines.ts';
import type { Group } from '../api/messages.ts';
import { GatewayProblem } from '../api/problem.ts';
import { type KeptGroup, keptOf } from './kept-group.ts';
import { useLedger } from './ledger-state.ts';
import { toGroups } from './log-groups.ts';

/** Groups of the feed that are kept to be shown, and changes of all of them together. */
const groupsMax = 500;
const entriesMax = 5_000;
/** Entries of the log that are read behind them. */
const readMax = 100;

/** The newest changes, the newest first, when these have come. */
export function recentWith(recent: readonly KeptGroup[], groups: readonly Group[]): readonly KeptGroup[] {
  return bounded([...groups.toReversed().slice(0, groupsMax).map(keptOf), ...recent]);
}

/** The changes behind which the feed begins: below those that it has brought meanwhile. */
export async function readRecent({ seq, epoch }: Cursor, signal: AbortSignal): Promise<void> {
  try {
    const entries = await readAll<Entry>(pathOf('/api/log', { newest_first: '', limit: readMax, as_of: seq }), signal);
    const { recent } = useLedger.getState();
    useLedger.setState({ recent: bounded([...recent, ...toGroups(entries, epoch).map(keptOf)]) });
  } catch (error) {
    // Whoever scrolls down asks for them again; a gateway that is gone is told elsewhere.
    if (!signal.aborted && !(error instanceof GatewayProblem)) throw error;
  }
}

/** The first of them up to a bound, and the very first in any case. */
function bounded(groups: readonly KeptGroup[]): readonly KeptGroup[] {
  let entries = 0;
  const end = groups.findIndex((group, index) => {
    entries += group.entries.length;
    return index > 0 && (index >= groupsMax || entries > entriesMax);
  });
  return end === -1 ? groups : groups.slice(0, end);
}
