import type { ConflictRule, Reverted, RevertedRow } from '../protocol/revert.ts';
import type { CommandChannel, SendOptions } from './command-channel.ts';
import { type CommandResult, toCommandResult } from './command-result.ts';

export interface RevertOptions extends SendOptions {
  /** Of a dry run: values in place of the commitments of sealed cells, for administrators. */
  readonly open?: boolean | undefined;
  /** The reason, which stands in the log for ever. */
  readonly why?: string | undefined;
  /** Only the changes of these tables, and of these rows; of all when both are left out. */
  readonly tables?: readonly string[] | undefined;
  readonly rows?: readonly RevertedRow[] | undefined;
  /** What becomes of that which was changed again since: see {@link Ledger.revert}. */
  readonly conflicts?: ConflictRule | undefined;
}

/** Milliseconds that a revert may take: how large it is only the server knows. Some 10,000 changes are a second. */
const revertMs = 600_000;

/** Sends a revert. */
export async function sendRevert(
  channel: CommandChannel,
  what: Reverted,
  { why, tables, rows, conflicts, timeoutMs = revertMs, ...options }: Omit<RevertOptions, 'open'>,
): Promise<CommandResult> {
  // A server that is not there is found out in the usual time.
  await channel.request({ type: 'server.status' }, { signal: options.signal });
  const request = {
    ...{ type: 'change.revert' as const, what, conflicts, why },
    ...{ tables: tables && [...tables], rows: rows && [...rows] },
  };
  return toCommandResult(await channel.request(request, { timeoutMs, ...options }));
}
