import type { GroupEvent, ResetEvent, StateEvent } from '../events.ts';
import type { WatchOptions } from '../watch.ts';
import { interrupted } from './cli-error.ts';
import type { Context } from './context.ts';
import { groupLines } from './print/change.ts';

export interface Followed {
  readonly reset?: (event: ResetEvent) => Promise<void>;
  readonly group: (event: GroupEvent) => Promise<void>;
}

/** Follows a watch until Ctrl-C, and then says how to go on from there. @throws CliError always at its end */
export async function follow(context: Context, options: WatchOptions, followed: Followed): Promise<never> {
  const ledger = await context.ledger();
  const watch = ledger.watch({ ...options, signal: context.signal });
  try {
    for await (const event of watch) {
      if (event.type === 'state') await showState(context, event);
      else if (event.type === 'reset') await followed.reset?.(event);
      else await followed.group(event);
    }
  } finally {
    await watch.close();
  }
  const { cursor } = watch;
  if (cursor !== undefined) await context.note(`stopped; go on with --from ${cursor.seq}@${cursor.epoch}`);
  throw interrupted();
}

const stateWords = {
  connecting: 'connecting to',
  catchingUp: 'catching up with',
  live: 'live:',
  behind: 'behind, reading what was missed from',
  disconnected: 'disconnected, waiting for',
} as const;

async function showState(context: Context, { state, since, head }: StateEvent): Promise<void> {
  if (context.json) {
    await context.err.write(`${JSON.stringify({ state, since, head })}\n`);
    return;
  }
  const at = head === undefined || state !== 'live' ? '' : ` (#${head})`;
  await context.note(`· ${stateWords[state]} ${context.connection.addresses.join(', ')}${at}`);
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
