import type { GroupEvent, ResetEvent, StateEvent } from '../events.ts';
import type { Watch, WatchOptions } from '../watch.ts';
import { interrupted } from './cli-error.ts';
import type { Context } from './context.ts';
import { groupLines } from './print/change.ts';
import { showTrust } from './trust-remarks.ts';

export interface Followed {
  readonly reset?: (event: ResetEvent) => Promise<void>;
  readonly group: (event: GroupEvent) => Promise<void>;
}

/** Follows a watch until Ctrl-C, and then says how to go on from there. @throws CliError always at its end */
export async function follow(context: Context, options: WatchOptions, followed: Followed): Promise<never> {
  const ledger = await context.ledger();
  // To programs each change is a line of the log, in which sealed cells are commitments.
  const open = !context.json && (await context.opens());
  const watch = ledger.watch({ ...options, signal: context.signal, open });
  const hint = setTimeout(() => void hintWhileConnecting(context, watch), patienceMs);
  try {
    for await (const event of watch) {
      if (event.type === 'state') await showState(context, event);
      else if (event.type === 'reset') await followed.reset?.(event);
      else if (event.type === 'group') await followed.group(event);
      else await showTrust(context, event);
    }
  } finally {
    clearTimeout(hint);
    await watch.close();
  }
  const { cursor, verified } = watch;
  if (cursor !== undefined) {
    const proven = verified > 0 ? `verified up to #${verified}` : 'nothing was verified yet';
    await context.note(`stopped; ${proven}; go on with --from ${cursor.seq}@${cursor.epoch}`);
  }
  throw interrupted();
}

/** A watch waits for its server for ever, which looks like nothing at all when the address is wrong. */
const patienceMs = 5_000;

async function hintWhileConnecting(context: Context, { state }: Watch): Promise<void> {
  if (state !== 'connecting') return;
  await context.note('  no server has answered yet; still trying. Is one running there? (npx rowcast server)');
}

const stateWords = {
  connecting: 'connecting to',
  catchingUp: 'catching up with',
  live: 'live with',
  behind: 'behind, reading what was missed from',
  disconnected: 'disconnected, waiting for',
} as const;

/** Where a watch stands: beside the result, for programs too. */
export async function showState(context: Context, { state, since, head }: StateEvent): Promise<void> {
  if (context.json) {
    await context.err.write(`${JSON.stringify({ state, since, head })}\n`);
    return;
  }
  await context.note(`· ${stateWords[state]} ${context.connection.addresses.join(', ')}`);
}

/** Prints a group: the entries to programs, lines that can be read to people. */
export async function printGroup(context: Context, { changes }: GroupEvent, changesMax?: number): Promise<void> {
  const entries = changes.map(({ entry }) => entry);
  if (context.json) {
    // The server prints entries with JSON.stringify, so this is the log's line again.
    await context.out.write(entries.map((entry) => `${JSON.stringify(entry)}\n`).join(''));
    return;
  }
  await context.print(...groupLines(entries, { paint: context.out.paint, now: new Date(), changesMax }));
}
