/** Rows between two turns, and between two tellings of progress. */
export const rowsPerTurn = 2_000;

/** Lets other work of this process in: sockets, the progress bar, Ctrl-C. @throws when the signal is aborted, its reason */
export async function turn(signal: AbortSignal | undefined): Promise<void> {
  await new Promise((resolve) => setImmediate(resolve));
  signal?.throwIfAborted();
}
