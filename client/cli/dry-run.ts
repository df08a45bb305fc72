import type { CommandResult } from '../command-result.ts';
import type { Context } from './context.ts';
import { groupLines } from './print/change.ts';

/** Says what a command would do: the changes as `rowcast log` shows them, and that none was made. */
export async function reportDryRun(context: Context, reply: CommandResult): Promise<void> {
  const { entries = [], ...rest } = reply;
  if (context.json) {
    await context.printJson({ ...rest, entries: entries.map(({ entry }) => entry) });
    return;
  }
  const { paint } = context.out;
  const changes = entries.map(({ entry }) => entry);
  await context.print(...groupLines(changes, { paint, now: new Date() }));
  await context.print(paint.strong(sentence(reply)));
}

function sentence({ changed }: CommandResult): string {
  return changed
    ? 'dry run: nothing was written; this is what would be, as things stand now'
    : 'dry run: nothing was written, and nothing would be: it is so already';
}
