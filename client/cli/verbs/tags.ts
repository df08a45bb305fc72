import type { Command } from 'commander';
import type { Context } from '../context.ts';
import { Grid } from '../print/grid.ts';
import { showTime } from '../print/time.ts';
import { describedCommand } from '../verb.ts';

/** `rowcast tags`: the points of the log that have a name. */
export function tagsCommand(context: () => Context): Command {
  return describedCommand({
    name: 'tags',
    summary: 'the points of the log that have a name',
    examples: ['tags', 'tags --json'],
  }).action(() => tags(context()));
}

async function tags(context: Context): Promise<void> {
  const found = await context.reading((ledger) => ledger.tags({ signal: context.signal }));
  if (context.json) {
    for (const tag of found) await context.printJson(tag);
    return;
  }
  if (found.length === 0) {
    await context.note('there is no tag yet; name the present: npx rowcast tag NAME');
    return;
  }
  const columns = [
    { title: 'tag' },
    { title: 'names', right: true },
    { title: 'given by' },
    { title: 'at' },
    { title: 'why' },
  ];
  const { paint, width } = context.out;
  const now = new Date();
  const rows = found.map(({ name, seq, by, at, why }) => [name, `#${seq}`, by, showTime(at, now), why]);
  await context.print(...new Grid({ columns, paint, width }).lines(rows));
}
